import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ACCOUNT, INBOX } from '../campaign';
import { begin, writeAccounts } from '../command';
import { withFolder } from '../folder';
import { writeList } from '../list';
import { count, perSecond, type Row } from '../row';
import { startPlatform } from '../start-platform';

const ROWS_PER_SECOND = 20_000;
const MOST_MB = 250;

interface Uploaded {
  /** On the disk. */
  readonly uploadMs: number;
  /** In the ledger, sealed. */
  readonly readyMs: number;
  readonly csvMs: number;
  readonly peakMb: number;
}

/** A list by `curl -T` into a real `campaign serve`, until it is in the ledger; and its results back as CSV. */
export async function upload(rows: 100_000 | 1_000_000): Promise<Row[]> {
  const { uploadMs, readyMs, csvMs, peakMb } = await withFolder((folder) => measure(rows, folder));
  const rate = (rows * 1000) / readyMs;
  return [
    {
      what: `curl -T of ${count(rows)} rows into campaign serve, until they are in the ledger`,
      figure: `${perSecond(rate)} (on the disk after ${(uploadMs / 1000).toFixed(1)} s)`,
      wanted: '≥ 20,000/s',
      reached: rate >= ROWS_PER_SECOND,
    },
    {
      what: `memory of campaign serve meanwhile, and while it answers ${count(rows)} results as CSV, peak RSS`,
      figure: `${Math.round(peakMb)} MB (CSV: ${perSecond((rows * 1000) / csvMs)})`,
      wanted: '< 250 MB',
      reached: peakMb < MOST_MB,
    },
  ];
}

async function measure(rows: number, folder: string): Promise<Uploaded> {
  const platform = await startPlatform(0);
  const file = join(folder, 'list.csv');
  await writeList(file, rows);
  writeAccounts(folder, platform.url);
  const place = { folder, ledger: join(folder, 'ledger.db') };
  const served = begin(place, ['serve', '--port', '0', '--json']);
  try {
    const url = await urlOf(served.stdout);
    await created(url);
    const began = performance.now();
    await curl('-T', file, `${url}/campaigns/${ACCOUNT}/list`);
    const uploadMs = performance.now() - began;
    await ready(url, rows);
    const readyMs = performance.now() - began;
    const csvBegan = performance.now();
    await curl('-o', join(folder, 'results.csv'), `${url}/campaigns/${ACCOUNT}/results.csv`);
    const csvMs = performance.now() - csvBegan;
    return { uploadMs, readyMs, csvMs, peakMb: peakOf(served.pid) };
  } finally {
    const ended = once(served, 'exit');
    served.kill('SIGTERM');
    await ended;
    platform.close();
  }
}

async function urlOf(out: NodeJS.ReadableStream | null): Promise<string> {
  const lines = createInterface({ input: out as NodeJS.ReadableStream });
  for await (const line of lines) {
    const { event, url } = JSON.parse(line) as { event?: string; url?: string };
    if (event !== 'serving' || url === undefined) continue;
    // What else it says is nobody's to read; it must not wait for a reader.
    out?.resume();
    return url;
  }
  throw new Error('campaign serve ended');
}

async function created(url: string): Promise<void> {
  const answer = await fetch(`${url}/campaigns`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: ACCOUNT,
      account: ACCOUNT,
      inbox: INBOX.id,
      audience: {
        country: 'US',
        columns: { phone: 'Mobile', firstName: 'First name', timezone: 'TZ' },
      },
      consent: { column: 'opted in', method: 'form' },
      message: { text: "Hi {{ firstName | default: 'there' }}, your order {{ order }} is ready." },
    }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
}

async function ready(url: string, rows: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/campaigns/${ACCOUNT}`);
    const { state, why, counts } = (await answer.json()) as {
      state: string;
      why: string | null;
      counts: { total: number };
    };
    if (why !== null) throw new Error(why);
    if (state === 'ready') {
      if (counts.total !== rows) throw new Error(`of ${rows} rows ${counts.total} are in`);
      return;
    }
    await wait(100);
  }
}

async function curl(...args: string[]): Promise<void> {
  await promisify(execFile)('curl', ['--silent', '--show-error', '--fail', ...args]);
}

/** The highest that its memory ever was, in MB; 0 where the system does not say. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kb] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb ?? 0) / 1024;
  } catch {
    return 0;
  }
}
