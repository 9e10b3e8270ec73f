// npm run bench [-- --only send|import] [--json]: figures as ratios measured in one run, never as absolute promises.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { keepHeapSmall } from '../worker/engine/heap';
import { openBench } from './campaign';
import type { Imported } from './import';
import { loop } from './loop';

const IN_FLIGHT = 50;
const PAIRS = 5;
/** Messages in one run: some seconds of work, so that starting and stopping do not count. */
const MESSAGES = { 0: 60_000, 20: 24_000 } as const;
const IMPORTED = 100_000;

interface Row {
  readonly what: string;
  readonly figure: string;
  readonly wanted: string;
  readonly reached: boolean | null;
}

async function platform(latencyMs: number): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join('bench', 'platform.mjs'), String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const port = await new Promise<string>((resolve) => lines.once('line', resolve));
  return { url: `http://127.0.0.1:${port}`, child };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const perSecond = (n: number): string => `${Math.round(n).toLocaleString('en')}/s`;

/** Warm recipients against the bare loop, in pairs: one after the other, on the same platform. */
async function send(latencyMs: 0 | 20): Promise<Row[]> {
  const n = MESSAGES[latencyMs];
  const { url, child } = await platform(latencyMs);
  const bench = await openBench(url, IN_FLIGHT);
  try {
    // Everybody is made known first; this run is cold.
    const cold = await bench.send('cold', n);
    await loop(url, IN_FLIGHT, Math.round(n / 4));
    const pairs: { bare: number; ours: number; cpu: number }[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const bare = await loop(url, IN_FLIGHT, n);
      const ours = await bench.send(`warm-${pair}`, n);
      pairs.push({
        bare: n / bare.seconds,
        ours: n / ours.seconds,
        cpu: ((ours.cpuSeconds - bare.cpuSeconds) / n) * 1000,
      });
    }
    const bare = median(pairs.map((pair) => pair.bare));
    const ours = median(pairs.map((pair) => pair.ours));
    const ratio = median(pairs.map((pair) => pair.ours / pair.bare));
    const cpu = median(pairs.map((pair) => pair.cpu));
    const rows: Row[] = [
      {
        what: `bare loop, ${latencyMs} ms answers`,
        figure: perSecond(bare),
        wanted: latencyMs === 20 ? '≥ 2,000/s, or the run is void' : '–',
        reached: latencyMs === 20 ? bare >= 2_000 : null,
      },
    ];
    if (latencyMs === 20) {
      rows.push({
        what: 'embedded, warm, 20 ms answers',
        figure: `${perSecond(ours)}, ${ratio.toFixed(3)} of the bare loop`,
        wanted: '≥ 0.95',
        reached: ratio >= 0.95,
      });
    } else {
      rows.push({
        what: 'embedded, warm, 0 ms answers',
        figure: `${perSecond(ours)}, ${ratio.toFixed(3)} of the bare loop`,
        wanted: '≥ 10,000/s where the bare loop does 27,000',
        reached: ours >= 10_000,
      });
      rows.push({
        what: 'CPU a message beyond the loop’s, 0 ms',
        figure: `${cpu.toFixed(3)} ms`,
        wanted: '< 0.10 ms',
        reached: cpu < 0.1,
      });
    }
    rows.push({
      what: `embedded, cold (2 calls each), ${latencyMs} ms answers`,
      figure: `${perSecond(n / cold.seconds)}, ${perSecond((2 * n) / cold.seconds)} calls`,
      wanted: '–',
      reached: null,
    });
    return rows;
  } finally {
    await bench.close();
    child.kill();
  }
}

/** A list of 100,000 rows through the whole import, in a process of its own, for its memory. */
async function importing(): Promise<Row[]> {
  const child = spawn(process.execPath, [join(__dirname, 'import.js'), String(IMPORTED)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('exit', resolve));
  const { rowsPerSecond, peakMb } = JSON.parse(Buffer.concat(chunks).toString()) as Imported;
  return [
    {
      what: `CSV to ledger, checked and normalised, ${IMPORTED.toLocaleString('en')} rows`,
      figure: perSecond(rowsPerSecond),
      wanted: '≥ 30,000/s',
      reached: rowsPerSecond >= 30_000,
    },
    {
      what: `memory while importing and sending ${IMPORTED.toLocaleString('en')} rows, peak RSS`,
      figure: `${Math.round(peakMb)} MB`,
      wanted: '< 250 MB',
      reached: peakMb < 250,
    },
  ];
}

function table(rows: readonly Row[]): string {
  const mark = (reached: boolean | null): string =>
    reached === null ? '' : reached ? 'yes' : 'NO';
  return [
    '| what | measured | to reach | reached |',
    '|---|---|---|---|',
    ...rows.map(
      ({ what, figure, wanted, reached }) =>
        `| ${what} | ${figure} | ${wanted} | ${mark(reached)} |`,
    ),
  ].join('\n');
}

const MARK = '<!-- the table is written by npm run bench -->';

/** Writes the table into docs/benchmarks.md, below its mark. */
function publish(text: string): void {
  const file = join('docs', 'benchmarks.md');
  const page = readFileSync(file, 'utf8');
  const at = page.indexOf(MARK);
  if (at < 0) return;
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; medians of ${PAIRS} pairs, ${IN_FLIGHT} requests in flight.`;
  writeFileSync(file, `${page.slice(0, at + MARK.length)}\n\n${machine}\n\n${text}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const parts: Record<string, () => Promise<Row[]>> = {
    'send-20': () => send(20),
    'send-0': () => send(0),
    import: importing,
  };
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (values.only !== undefined && !name.startsWith(values.only)) continue;
    if (!values.json) console.log(`bench: ${name} …`);
    rows.push(...(await part()));
  }
  if (values.json) console.log(JSON.stringify(rows));
  else console.log(`\n${table(rows)}`);
  if (values.only === undefined) publish(table(rows));
}

// As the command does; the bare loop runs in the same process.
keepHeapSmall();
void main();
