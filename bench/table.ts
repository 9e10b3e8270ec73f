import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { IN_FLIGHT, PAIRS, type Row } from './row';

const BEGIN = '<!-- the table is written by npm run bench -->';
const END = '<!-- end of the table -->';

export function table(rows: readonly Row[]): string {
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

/** Writes the table into docs/benchmarks.md, between its marks; what stands around them stays. */
export function publish(rows: readonly Row[]): void {
  const file = join('docs', 'benchmarks.md');
  const page = readFileSync(file, 'utf8');
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} has lost the marks of its table`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; ratios are medians of ${PAIRS} pairs, ${IN_FLIGHT} requests in flight.`;
  writeFileSync(
    file,
    `${page.slice(0, begin + BEGIN.length)}\n\n${machine}\n\n${table(rows)}\n\n${page.slice(end)}`,
  );
}
