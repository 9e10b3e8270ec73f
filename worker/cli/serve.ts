import { Command, InvalidArgumentError, Option } from 'commander';
import { createApi } from '../api/app';
import { listen } from '../api/listen';
import type { ApiPorts } from '../api/ports';
import { createStatus } from '../api/status';
import { InputError } from '../campaign/input-error';
import { openConnections } from '../engine/client/connections';
import { createDesk, deskPlace, keepReading } from '../engine/desk';
import { anyApiKey, type Ledger } from '../ledger';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf, runOptionsOf } from './globals';
import { onInterrupt } from './interrupt';
import { keepSwept } from './keep-swept';
import { withLedgerSoon } from './ledger-file';
import { type Taken, takePart } from './take-part';
import { refuseAstray, type TemporalOptions, temporalOptions } from './temporal-options';
import { version } from './version';
import { portNumber } from './worker';
import { vitalsOf } from './worker-health';
import { createWorkerLog, type LogFormat, type WorkerLog } from './worker-log';

const LOOPBACK = '127.0.0.1';
const PORT = 4_100;
/** How long requests that are under way at the end may take. */
const GRACE_MS = 5_000;

export function command(): Command {
  const serve = new Command('serve')
    .description(
      'Stays, and answers over HTTP: the API (docs at /docs), the dashboard at /, and the webhooks of platforms; and sends, as\n' +
        'campaign worker does. It listens on this machine alone; elsewhere, or behind a --public-url, only once there is a key (campaign\n' +
        'keys create). It speaks plain HTTP: put a reverse proxy with TLS before it. Ctrl-C finishes what is on its way.',
    )
    .option('--host <address>', 'where it listens', LOOPBACK)
    .option('--port <n>', 'the port; 0 takes a free one', portNumber, PORT)
    .option(
      '--public-url <url>',
      'where others reach it, such as https://runner.example.org (CAMPAIGN_PUBLIC_URL); some platforms sign it. A path in it is for webhooks only: the dashboard works at the root of a host alone',
    )
    .option(
      '--key-rate <n>',
      'requests a second that one key may make; four times as many at once after a pause',
      positive,
      50,
    )
    .option('--no-work', 'answers only: the sending is left to campaign worker')
    .addOption(
      new Option('--log <format>', 'text for a person, json for a log collector').choices([
        'text',
        'json',
      ]),
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign serve\n  campaign keys create n8n --scope send\n  campaign serve --host 0.0.0.0 --public-url https://runner.example.org --log json',
    )
    .action(async (options: Options, self: Command) => {
      const globals = globalsOf(self);
      refuseAstray(options, globals);
      const publicUrl = publicUrlOf(options.publicUrl ?? process.env['CAMPAIGN_PUBLIC_URL'] ?? '');
      const log = createWorkerLog(options.log ?? (globals.json ? 'ndjson' : 'text'));
      process.exitCode = await withLedgerSoon(
        globals,
        () => log.event({ kind: 'away' }),
        (ledger) => stay({ ledger, globals, options, log, publicUrl }),
      );
    });
  for (const option of temporalOptions()) serve.addOption(option);
  return serve;
}

interface Options extends TemporalOptions {
  readonly host: string;
  readonly port: number;
  readonly publicUrl?: string;
  readonly keyRate: number;
  readonly work: boolean;
  readonly log?: LogFormat;
}

interface Serving {
  readonly ledger: Ledger;
  readonly globals: Globals;
  readonly options: Options;
  readonly log: WorkerLog;
  readonly publicUrl: string | null;
}

async function stay({ ledger, globals, options, log, publicUrl }: Serving): Promise<number> {
  const { host } = options;
  const loopback = isLoopbackHost(host);
  if (!loopback) await needKey(ledger, `at ${host}`, '--host');
  if (publicUrl !== null) await needKey(ledger, `at ${publicUrl}`, '--public-url');
  const end = Promise.withResolvers<void>();
  const interrupt = onInterrupt(() => {
    log.note('Finishing what is on its way. Press Ctrl-C again to leave at once.');
    end.resolve();
  });
  let broken = false;
  const stopping = (): boolean => broken || interrupt.stopping();
  const connections = openConnections(ledger, globals.accounts, runOptionsOf(globals));
  let taken: Taken | undefined;
  const { metrics, troubles } = vitalsOf({
    ledger,
    stopping,
    engine: () => taken?.troubles() ?? [],
  });
  const place = deskPlace({
    ...{ ledger, where: globals.ledger, accounts: globals.accounts },
    ...{ connectionOf: connections.of, engine: globals.engine, allowLists: globals.allowLists },
  });
  const status = createStatus(ledger);
  const ports: ApiPorts = {
    ...{ ledger, desk: createDesk(place), status, version: version(), publicUrl, loopback },
    ...{ troubles, stopping },
    limits: { perSecond: options.keyRate, burst: 4 * options.keyRate },
    metrics: async () => ({ type: metrics.type, text: await metrics.read() }),
    log: (line) => log.event({ kind: 'api', line }),
  };
  try {
    const listening = await listen(createApi(ports), host, options.port);
    sayWhere(log, ledger, `http://${shownHost(host)}:${listening.port}`, publicUrl);
    if (options.work) {
      taken = takePart({
        ...{ ledger, globals, connections, log, stopping, temporal: options },
        structured: options.log === 'json',
        onError: metrics.error,
      });
    }
    const parts = [
      keepReading({ ...place, stopping, onEvent: log.event, leaseMs: globals.leaseMs }),
      keepSwept(ledger, stopping),
      ...(taken === undefined ? [] : [taken.ended]),
    ];
    try {
      await Promise.race([end.promise, Promise.all(parts)]);
    } finally {
      broken = true;
      await Promise.allSettled([listening.close(GRACE_MS), ...parts]);
    }
    await Promise.all(parts);
  } finally {
    status.close();
    await connections.close();
  }
  return EXIT.ok;
}

/** @throws InputError where everybody could do everything. */
async function needKey(ledger: Ledger, where: string, option: string): Promise<void> {
  if (await anyApiKey(ledger)) return;
  throw new InputError(
    `There is no API key yet: ${where} everybody who reaches this machine could send. Nothing was started. Make one first: campaign keys create NAME --scope admin   or listen on this machine alone, without ${option}.`,
  );
}

function sayWhere(log: WorkerLog, ledger: Ledger, url: string, publicUrl: string | null): void {
  log.note(`API and dashboard at ${url}. The API is described at ${url}/docs.`, {
    event: 'serving',
    url,
    ...(publicUrl === null ? {} : { publicUrl }),
    ledger: ledger.place,
  });
  log.note(
    `A key for a program: campaign keys create NAME --scope send. Its ledger is ${ledger.place}. Ctrl-C ends it.`,
  );
}

/** @throws InputError for what is no address of a server. */
function publicUrlOf(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InputError('--public-url must be like https://runner.example.org.');
  }
  return url.href.replace(/\/$/, '');
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

const shownHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number above zero.');
}
