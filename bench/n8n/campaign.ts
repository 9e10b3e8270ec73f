// A real n8n hands a list to a running `campaign serve`: how long until its node returns, what n8n's process holds, and how the
// campaign goes on without it:
//   npm run build && tsc -p bench/tsconfig.json && node worker/.bench/bench/n8n/campaign.js [--json]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { executeInN8n } from '../../test/support/n8n-execution';
import { importIntoN8n, type N8nPlace } from '../../test/support/n8n-process';
import { startRunner } from '../../test/support/n8n-runner';
import { ready } from '../../test/support/n8n-workflows';
import { startSandbox } from '../../worker/sandbox';
import { count, scaled } from '../row';
import { CAMPAIGN, type Handing, handings, LIST_ALONE, workflowWith } from './handing';
import { withN8n } from './with-n8n';
import { phone } from './work';

const WITHIN_MS = 20 * 60_000;

interface Row {
  readonly what: string;
  readonly items: number;
  /** Of the whole execution, and of the Campaign node in it; null where it has none. */
  readonly seconds: number;
  readonly nodeSeconds: number | null;
  /** Of n8n's process, and of the runner's, in bytes. */
  readonly peak: number;
  readonly runnerPeak: number;
  /** After the node returned, until the campaign was finished. */
  readonly finishedAfter: number | null;
  readonly accepted: number;
  readonly doubled: number;
}

async function measure(place: N8nPlace, handing: Handing, items: number): Promise<Row> {
  const list = join(place.files, 'bench.csv');
  writeFileSync(list, listOf(items));
  const sandbox = await startSandbox({ latencyMs: 20, requestLog: false, seed: 2026 });
  const runner = await startRunner({ sandbox });
  let runnerPeak = 0;
  try {
    const credentials = [runner.credential];
    await importIntoN8n(place, 'credentials', credentials);
    const workflow = ready(workflowWith(handing, list), { id: 'handed', credentials });
    await importIntoN8n(place, 'workflow', [workflow]);
    const execution = await executeInN8n(place, 'handed', WITHIN_MS);
    if (execution.status !== 'success') {
      throw new Error(`${handing.name}: ${execution.error?.message ?? execution.status}`);
    }
    if (execution.items(lastOf(handing)).length === 0) throw new Error(`${handing.name}: no items`);
    console.error(`bench: n8n is done after ${(execution.ms / 1_000).toFixed(1)} s`);
    const hands = handing !== LIST_ALONE;
    const finishedAfter = hands ? await untilFinished(runner) : null;
    ({ peak: runnerPeak } = await runner.close());
    const people = [...sandbox.accepted().values()];
    return {
      ...{ what: handing.name, items, seconds: execution.ms / 1_000, runnerPeak, finishedAfter },
      nodeSeconds: hands ? execution.tookMs(CAMPAIGN) / 1_000 : null,
      peak: execution.peak,
      accepted: people.reduce((sum, each) => sum + each, 0),
      doubled: people.filter((each) => each > 1).length,
    };
  } finally {
    await runner.close();
    await sandbox.close();
  }
}

const lastOf = ({ nodes }: Handing): string => nodes.at(-1)?.name ?? '';

function listOf(items: number): string {
  const rows = Array.from({ length: items }, (_, n) => `${phone(n)},Ana ${n},${4_000 + n}`);
  return `phone,name,order\n${rows.join('\n')}\n`;
}

async function untilFinished({ url, key }: { url: string; key: string }): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < WITHIN_MS) {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${url}/campaigns/bench`, { headers });
    const { state } = (await answer.json()) as { state: string };
    if (state === 'finished') return (performance.now() - begun) / 1_000;
    await wait(200);
  }
  throw new Error('the campaign does not finish');
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const rows = await withN8n(async (place) => {
    const done: Row[] = [];
    for (const items of [1, scaled(10_000), scaled(100_000)]) {
      for (const handing of handings) {
        console.error(`bench: ${items} by ${handing.name} …`);
        done.push(await measure(place, handing, items));
      }
    }
    return done;
  });
  console.log(values.json ? JSON.stringify(rows) : table(rows));
}

function table(rows: readonly Row[]): string {
  const heads = ['items', 'execution', 'Campaign node', "n8n's peak memory"];
  const more = [
    'finished after',
    'accepted',
    'people with two or more',
    "the runner's peak memory",
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const seconds = (n: number | null) => (n === null ? '–' : `${n.toFixed(1)} s`);
  const memory = (bytes: number) => `${count(bytes / 1e6)} MB`;
  return [
    line(['', ...heads, ...more]),
    line(['', ...heads, ...more].map(() => '---')),
    ...rows.map((row) =>
      line([
        ...[row.what, count(row.items), seconds(row.seconds), seconds(row.nodeSeconds)],
        ...[memory(row.peak), seconds(row.finishedAfter), count(row.accepted)],
        ...[count(row.doubled), memory(row.runnerPeak)],
      ]),
    ),
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
