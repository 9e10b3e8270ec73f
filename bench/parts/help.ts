import { spawnSync } from 'node:child_process';
import { PROGRAM } from '../command';
import { median, type Row } from '../row';

const TIMES = 10;
const MOST_MS = 300;

/** What a whole process costs until its help is on the screen; beside it one that does nothing. */
export async function help(): Promise<Row[]> {
  const ours: number[] = [];
  const nothing: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    ours.push(timed([PROGRAM, '--help']));
    nothing.push(timed(['-e', '0']));
  }
  const ms = median(ours);
  return [
    {
      what: '`campaign --help`, a whole process',
      figure: `${Math.round(ms)} ms (\`node -e 0\`: ${Math.round(median(nothing))} ms)`,
      wanted: '< 300 ms',
      reached: ms < MOST_MS,
    },
  ];
}

function timed(args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - began;
}
