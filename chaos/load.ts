import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parsePhone } from '../core/phone';
import type { ProviderId } from '../core/words';
import { findProvider } from '../providers';
import type { TemporalServer } from '../scripts/temporal-server.mjs';
import { ownTemporal } from '../test/support/own-temporal';
import { freshDatabase, type Postgres, startPostgres } from '../test/support/postgres';
import { type Campaign, type Ledger, needCampaign, openLedger } from '../worker/ledger';
import { type FaultRule, type Sandbox, startSandbox } from '../worker/sandbox';
import { REHEARSALS } from '../worker/sandbox/rehearsals';
import type { Secrets } from './canary';
import type { Options } from './options';

/** The command, as this run's build has made it beside this file. */
const BUILD = join(__dirname, '..');
const COMMAND = join(BUILD, 'worker', 'cli', 'main.js');
export const NAME = 'chaos';
/** How long a silent process keeps what it holds. */
export const LEASE_MS = 1_500;
/** How long the sandbox may take to commit what it received: less than that, always. */
export const SETTLE_MS = 2_000;
const IN_FLIGHT = 24;
/** What is on its way is finished within this, also on a busy machine. */
const PATIENCE_MS = 15_000;
/** The last Chatwoot that can neither be narrowed to a session nor listed from an id: nothing is found again there. */
const WITHOUT_LOOKUP = '2.10.0';

export interface Ended {
  readonly exit: number | null;
  readonly out: string;
}

export interface Worker {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Set before it is ended on purpose. */
  doomed: boolean;
  readonly ended: Promise<Ended>;
}

/** A campaign under way: the sandbox in this process, the workers and every command in processes of their own. */
export interface Load {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  /** The SQLite file, or null. */
  readonly file: string | null;
  readonly postgres: Postgres | null;
  readonly temporal: TemporalServer | null;
  /** The Temporal server's database, and what SQLite keeps beside it. */
  readonly temporalFile: string;
  /** What may stand nowhere but in the ledger. */
  readonly secrets: Secrets;
  readonly campaign: Campaign;
  readonly people: readonly string[];
  readonly workers: Set<Worker>;
  /** Workers that ended without being asked to, or could not work on the campaign, with their words. */
  readonly complaints: string[];
  run(...words: string[]): Promise<Ended>;
  startWorker(): Worker;
  /** Asks a worker to end, and waits until it has. */
  endWorker(worker: Worker): Promise<void>;
  close(): Promise<void>;
}

/** Starts the sandbox, writes the files, and starts the campaign; no worker runs yet. */
export async function openLoad(
  options: Options,
  { perSecond, say }: { readonly perSecond: number; readonly say: (line: string) => void },
): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-chaos-'));
  const children = new Set<ChildProcess>();
  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAll);
  const postgres = options.ledger === 'postgres' ? await startPostgres() : null;
  const database = postgres === null ? null : await freshDatabase(postgres.url);
  const file = database === null ? join(folder, 'ledger.db') : null;
  const where = database?.url ?? join(folder, 'ledger.db');
  const temporalFile = join(folder, 'temporal', 'temporal.db');
  const temporal =
    options.engine === 'temporal' ? await ownTemporal({ folder: join(folder, 'temporal') }) : null;
  if (temporal !== null) execFileSync(process.execPath, ['scripts/build-workflows.mjs', BUILD]);
  const sandbox = await startSandbox({
    seed: options.seed,
    latencyMs: 40,
    requestLog: 500_000,
    ...(options.platform === 'chatwoot' && !options.lookup
      ? { chatwoot: { version: WITHOUT_LOOKUP } }
      : {}),
  });
  const people = numbers(options.recipients);
  writeFileSync(join(folder, 'accounts.yaml'), accountsYaml(sandbox.url, options, perSecond));
  writeFileSync(join(folder, 'chaos.campaign.yaml'), campaignYaml(options));
  writeFileSync(join(folder, 'list.csv'), `phone,name\n${people.map(rowOf).join('')}`);

  function start(words: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [COMMAND, ...words], {
      cwd: folder,
      // In the environment: an address with a password does not belong on a command line.
      env: {
        ...process.env,
        CAMPAIGN_LEDGER: where,
        ...(temporal === null ? {} : { TEMPORAL_ADDRESS: temporal.address }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let out = '';
    const hear = (text: string): void => {
      out += text;
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (exit) => {
        children.delete(child);
        resolve({ exit, out });
      });
    });
    return { child, ended };
  }

  const began = await start(['start', 'chaos.campaign.yaml', '--json']).ended;
  if (began.exit !== 0) {
    killAll();
    throw new Error(`the campaign did not start: ${began.out.trim()}`);
  }
  const ledger = await openLedger(where);
  sandbox.setFaults(options.lookup ? FAULTS : []);
  const workers = new Set<Worker>();
  const complaints: string[] = [];

  return {
    folder,
    sandbox,
    ledger,
    file,
    postgres,
    temporal,
    temporalFile,
    secrets: {
      numbers: people,
      patterns: {
        name: /Person\d/,
        text: /it is time/i,
        token: secretsOf(options.platform),
        ...(database === null ? {} : { password: new RegExp(new URL(database.url).password) }),
      },
    },
    campaign: await needCampaign(ledger.db, NAME),
    people,
    workers,
    complaints,
    run: (...words) => start(words).ended,
    startWorker() {
      const { child, ended } = start([
        'worker',
        ...(temporal === null ? [] : ['--engine', 'temporal']),
        ...['--json', '--lease-ms', String(LEASE_MS), '--in-flight', String(IN_FLIGHT)],
        ...(options.mutant === null ? [] : ['--mutant', options.mutant]),
      ]);
      const worker: Worker = { child, pid: child.pid ?? 0, doomed: false, ended };
      workers.add(worker);
      createInterface({ input: child.stdout as Readable }).on('line', (line) => {
        if (!line.includes('"kind":"cannot"')) return;
        complaints.push(`a worker could not go on (${line})`);
        say(complaints.at(-1) ?? '');
      });
      void ended.then(({ exit, out }) => {
        workers.delete(worker);
        if (!worker.doomed) {
          complaints.push(`a worker ended by itself (${exit}: ${out.slice(-300).trim()})`);
        }
      });
      return worker;
    },
    async endWorker(worker) {
      worker.doomed = true;
      worker.child.kill('SIGTERM');
      const late = setTimeout(() => {
        complaints.push('a worker did not end when it was asked to');
        worker.child.kill('SIGKILL');
      }, PATIENCE_MS);
      await worker.ended;
      clearTimeout(late);
    },
    async close() {
      for (const worker of workers) worker.doomed = true;
      killAll();
      process.off('exit', killAll);
      await sandbox.close();
      await ledger.close();
      await temporal?.close();
      await postgres?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Shares of the requests that deliver. What is committed late is committed within the settle delay: see the docs. */
const FAULTS: readonly FaultRule[] = [
  { match: { delivers: true, probability: 0.012 }, fault: 'drop_after_commit' },
  { match: { delivers: true, probability: 0.012 }, fault: 'error_after_commit' },
  { match: { delivers: true, probability: 0.012 }, fault: 'drop_before_commit' },
  { match: { delivers: true, probability: 0.008 }, fault: 'slow', options: { ms: LEASE_MS + 150 } },
  {
    match: { delivers: true, probability: 0.008 },
    fault: 'slow',
    options: { ms: 3 * LEASE_MS, commitFirst: true },
  },
  {
    match: { delivers: true, probability: 0.002 },
    fault: 'rate_limited',
    times: 2,
    options: { retryAfter: 1 },
  },
];

/** Numbers that belong to nobody where there are enough of them: 555-0100 to 555-0199 in each area code, then further ones. */
function numbers(n: number): string[] {
  const found: string[] = [];
  for (let line = 100; found.length < n && line < 10_000; line += 100) {
    for (let area = 201; area < 990 && found.length < n; area += 1) {
      const block = `+1${area}555${String(line / 100).padStart(2, '0')}`;
      if (!parsePhone(`${block}00`).ok) continue;
      for (let i = 0; i < 100 && found.length < n; i += 1) {
        found.push(`${block}${String(i).padStart(2, '0')}`);
      }
    }
  }
  if (found.length < n) throw new Error(`there are no ${n} numbers to write to`);
  return found;
}

const rowOf = (phone: string, n: number): string => `${phone},Person${n}\n`;

/** What is proven absent is sent again on every platform here: whoever stays unsent would be lost. */
const accountsYaml = (
  url: string,
  { platform, lookup }: Options,
  perSecond: number,
): string => `support:
  platform: ${platform}
  url: ${url}${REHEARSALS[platform].mount}
${Object.entries(REHEARSALS[platform].credentials)
  .map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`)
  .join('')}\
  limits: { contact: none, conversation: none, lookup: none, message: ${perSecond}/s }
  settleDelay: ${SETTLE_MS / 1_000}s
${lookup ? '  onAbsent: resend\n' : ''}`;

/** What the rehearsal's account keeps to itself. */
function secretsOf(platform: ProviderId): RegExp {
  const secret = (findProvider(platform)?.credentials ?? []).filter((field) => field.secret);
  const values = secret.flatMap(({ name }) => REHEARSALS[platform].credentials[name] ?? []);
  return new RegExp(values.join('|'));
}

const messageYaml = (platform: ProviderId): string =>
  findProvider(platform)?.capabilities.text === true
    ? '{ text: "Hi {{ name }}, it is time." }'
    : '{ template: { name: reminder, params: { reason: "{{ name }}, it is time." } } }';

/** Temporal deals the slices out as workers ask: twice as many of them, so that hardly ever one worker has them all. */
const campaignYaml = ({ platform, workers, engine, orchestrate }: Options): string => `name: ${NAME}
account: support
inbox: "${REHEARSALS[platform].inbox}"
audience: { file: list.csv, country: US }
consent: { method: form }
message: ${messageYaml(platform)}
parallel: ${engine === 'temporal' ? 2 * workers : workers}
engine: ${engine}
${orchestrate === 'message' ? 'orchestrate: message\n' : ''}`;
