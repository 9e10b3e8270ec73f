import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Imported } from '../import-child';
import { count, perSecond, type Row } from '../row';

const ROWS_PER_SECOND = 30_000;
const MOST_MB = 250;

/** A list through the whole import and its sending, in a process of its own, for its memory. */
export async function importing(rows: 100_000 | 1_000_000): Promise<Row[]> {
  const { rowsPerSecond, sentPerSecond, peakMb } = await imported(rows);
  return [
    {
      what: `CSV to ledger, checked and normalised, ${count(rows)} rows`,
      figure: perSecond(rowsPerSecond),
      wanted: '≥ 30,000/s',
      reached: rowsPerSecond >= ROWS_PER_SECOND,
    },
    {
      what: `memory while importing and sending ${count(rows)} rows, peak RSS`,
      figure: `${Math.round(peakMb)} MB (cold, 0 ms answers, ${perSecond(sentPerSecond)})`,
      wanted: '< 250 MB',
      reached: peakMb < MOST_MB,
    },
  ];
}

async function imported(rows: number): Promise<Imported> {
  const child = spawn(process.execPath, [join(__dirname, '..', 'import-child.js'), String(rows)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(Buffer.concat(chunks).toString()) as Imported;
}
