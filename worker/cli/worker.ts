import { Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../campaign/input-error';
import { keepTime } from '../engine/clockwork';
import { type Connection, connect } from '../engine/connect';
import { IN_FLIGHT, openRun } from '../engine/open-run';
import type { Deps } from '../engine/temporal/deps';
import type { Part } from '../engine/temporal/worker';
import { work } from '../engine/work';
import type { Campaign, Ledger } from '../ledger';
import { theAccount } from './account-file';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf, runOptionsOf } from './globals';
import { onInterrupt } from './interrupt';
import { withLedgerSoon } from './ledger-file';
import { openingHere } from './opening-here';
import { serveHealth, type WorkerHealth } from './worker-health';
import { createWorkerLog, type LogFormat, type WorkerLog } from './worker-log';

export function command(): Command {
  return new Command('worker')
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
    .option('--task-queue <name>', 'with --engine temporal (campaign-runner)')
    .option(
      '--deployment <name>',
      'with --engine temporal: the Worker Deployment that this worker is of',
    )
    .option('--build-id <id>', 'with --deployment: its version')
    .option(
      '--identity <name>',
      "with --engine temporal: this worker in Temporal's lists (pid@host)",
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
      const temporal = globals.engine === 'temporal';
      const astray = TEMPORAL_ONLY.filter(([key]) => options[key] !== undefined);
      if (!temporal && astray.length > 0) {
        throw new InputError(
          `${astray.map(([, flag]) => flag).join(', ')}: only with --engine temporal.`,
        );
      }
      if ((options.deployment === undefined) !== (options.buildId === undefined)) {
        throw new InputError('--deployment and --build-id go together.');
      }
      const log = createWorkerLog(options.log ?? (globals.json ? 'ndjson' : 'text'));
      process.exitCode = await withLedgerSoon(
        globals,
        () => log.event({ kind: 'away' }),
        (ledger) => stay(ledger, globals, options, log),
      );
    });
}

interface Options {
  readonly only?: Part;
  readonly taskQueue?: string;
  readonly deployment?: string;
  readonly buildId?: string;
  readonly identity?: string;
  readonly healthPort?: number;
  readonly healthHost: string;
  readonly temporalMetricsPort?: number;
  readonly log?: LogFormat;
}

const LOOPBACK = '127.0.0.1';

const TEMPORAL_ONLY = [
  ['only', '--only'],
  ['taskQueue', '--task-queue'],
  ['deployment', '--deployment'],
  ['buildId', '--build-id'],
  ['identity', '--identity'],
  ['temporalMetricsPort', '--temporal-metrics-port'],
] as const;

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
  let engineTroubles = (): readonly string[] => [];
  let health: WorkerHealth | undefined;
  const connections = new Map<string, Promise<Connection>>();

  async function connectionOf(name: string): Promise<Connection> {
    let connection = connections.get(name);
    if (connection === undefined) {
      connection = theAccount(globals, name).then((account) =>
        connect(account, { ledger, inFlight: globals.inFlight ?? IN_FLIGHT }),
      );
      connections.set(name, connection);
      // An account that is not there yet, or whose key is, may be so later.
      connection.catch(() => connections.delete(name));
    }
    return connection;
  }

  async function open(campaign: Campaign) {
    const connection = await connectionOf(campaign.account);
    return openRun(ledger, campaign, connection, runOptionsOf(globals));
  }

  async function onTemporal(deps: Deps): Promise<void> {
    // Loaded where it is wanted: it is large.
    const { createStanding, runTemporalWorker, TASK_QUEUE, troublesOf } = await import(
      '../engine/temporal/worker.js'
    );
    const standing = createStanding();
    engineTroubles = () => troublesOf(standing, options.only);
    const { deployment: deploymentName, buildId } = options;
    const version =
      deploymentName === undefined || buildId === undefined
        ? undefined
        : { deploymentName, buildId };
    await runTemporalWorker({
      ...deps,
      taskQueue: options.taskQueue ?? TASK_QUEUE,
      only: options.only,
      version,
      identity: options.identity,
      standing,
      runtime: {
        log: log.sdk,
        level: options.log === 'json' ? 'INFO' : 'WARN',
        ...(options.temporalMetricsPort === undefined
          ? {}
          : { metricsAt: `${options.healthHost}:${options.temporalMetricsPort}` }),
      },
      onEvent: log.event,
      onError(activity, code, error) {
        health?.metrics.error(activity, code);
        log.error(activity, code, error);
      },
    });
  }

  log.note(`Waiting for work in ${ledger.place}. Ctrl-C ends it.`, {
    event: 'ready',
    ledger: ledger.place,
  });
  try {
    const { healthPort: port, healthHost: host } = options;
    if (port !== undefined) {
      health = await serveHealth({ ledger, stopping, engine: () => engineTroubles(), host, port });
      const url = `http://${host}:${health.listening.port}`;
      log.note(`Health and metrics at ${url}.`, { event: 'health', url });
    }
    const opening = openingHere(ledger, globals, connectionOf);
    if (globals.engine === 'temporal') await onTemporal({ ledger, open, stopping, opening });
    else {
      await Promise.all([
        work({ ledger, open, stopping, onEvent: log.event }),
        keepTime({ ledger, opening, stopping, onEvent: log.event }),
      ]);
    }
  } finally {
    for (const connection of connections.values()) {
      await connection.then(({ close }) => close()).catch(() => undefined);
    }
    await health?.listening.close();
  }
  return EXIT.ok;
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It has to be a port number.');
}
