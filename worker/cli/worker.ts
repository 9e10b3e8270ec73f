import { Command, InvalidArgumentError, Option } from 'commander';
import type { Listening } from '../api/listen';
import { openConnections } from '../engine/client/connections';
import type { Ledger } from '../ledger';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf, runOptionsOf } from './globals';
import { onInterrupt } from './interrupt';
import { keepSwept } from './keep-swept';
import { withLedgerSoon } from './ledger-file';
import { type Taken, takePart } from './take-part';
import { refuseAstray, type TemporalOptions, temporalOptions } from './temporal-options';
import { serveHealth, vitalsOf } from './worker-health';
import { createWorkerLog, type LogFormat, type WorkerLog } from './worker-log';

export function command(): Command {
  const worker = new Command('worker')
    .description(
      'Stays, and sends what campaign start has started. Several workers share the campaigns of one ledger: one of them\n' +
        'drives each campaign, the others take part up to its `parallel`, and take over when one is gone. Ctrl-C finishes\n' +
        'what is on its way; the campaigns go on elsewhere, or with the next worker.',
    )
    .addOption(
      new Option(
        '--only <part>',
        'with --engine temporal: only workflows, or only activities',
      ).choices(['workflows', 'activities']),
    )
    .option(
      '--health-port <n>',
      'answers /healthz, /readyz and /metrics there; 0 takes a free port',
      portNumber,
    )
    .option('--health-host <address>', 'where --health-port listens', LOOPBACK)
    .option(
      '--temporal-metrics-port <n>',
      "with --engine temporal: the SDK's own metrics, at --health-host",
      portNumber,
    )
    .addOption(
      new Option('--log <format>', 'text for a person, json for a log collector').choices([
        'text',
        'json',
      ]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign worker &\n  campaign start spring.campaign.yaml\n  campaign status spring --watch\n  TEMPORAL_ADDRESS=127.0.0.1:7233 campaign worker --engine temporal --ledger postgres://…',
    )
    .action(async (options: Options, self: Command) => {
      const globals = globalsOf(self);
      refuseAstray(options, globals);
      const log = createWorkerLog(options.log ?? (globals.json ? 'ndjson' : 'text'));
      process.exitCode = await withLedgerSoon(
        globals,
        () => log.event({ kind: 'away' }),
        (ledger) => stay(ledger, globals, options, log),
      );
    });
  for (const option of temporalOptions()) worker.addOption(option);
  return worker;
}

interface Options extends TemporalOptions {
  readonly healthPort?: number;
  readonly healthHost: string;
  readonly log?: LogFormat;
}

const LOOPBACK = '127.0.0.1';

async function stay(
  ledger: Ledger,
  globals: Globals,
  options: Options,
  log: WorkerLog,
): Promise<number> {
  const interrupt = onInterrupt(() => {
    log.note('Finishing what is on its way. Press Ctrl-C again to leave at once.');
  });
  const { stopping } = interrupt;
  const { healthPort: port, healthHost: host, temporalMetricsPort: metricsPort } = options;
  const connections = openConnections(ledger, globals.accounts, runOptionsOf(globals));
  let over = false;
  // A ledger that no `serve` ever opens is swept as well.
  const swept = keepSwept(ledger, () => over || stopping());
  let taken: Taken | undefined;
  let health: Listening | undefined;
  const vitals = vitalsOf({ ledger, stopping, engine: () => taken?.troubles() ?? [] });

  log.note(`Waiting for work in ${ledger.place}. Ctrl-C ends it.`, {
    event: 'ready',
    ledger: ledger.place,
  });
  try {
    if (port !== undefined) {
      health = await serveHealth(vitals, host, port);
      const url = `http://${host}:${health.port}`;
      log.note(`Health and metrics at ${url}.`, { event: 'health', url });
    }
    taken = takePart({
      ...{ ledger, globals, connections, log, stopping },
      temporal: options,
      metricsAt: metricsPort === undefined ? undefined : `${host}:${metricsPort}`,
      structured: options.log === 'json',
      onError: vitals.metrics.error,
    });
    await taken.ended;
  } finally {
    over = true;
    await swept;
    await connections.close();
    await health?.close();
  }
  return EXIT.ok;
}

export function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It has to be a port number.');
}
