import type { FC } from 'hono/jsx';
import type { Counts } from '../../ledger';
import { count, many, percentOf } from './words';

/** In the order in which they stand in the bar. */
const SEGMENTS = ['sent', 'failed', 'unknown', 'skipped', 'sending', 'claimed'] as const;
const WIDTH = 1_000;
/** Even one row of a million is to be seen. */
const LEAST = 3;

export const openRows = ({ pending, claimed, sending }: Counts): number =>
  pending + claimed + sending;

export const doneRows = (counts: Counts): number => counts.total - openRows(counts);

/** How much of a campaign is done, and what became of it. Its numbers stand in words beside it, and in its own text. */
export const Bar: FC<{ counts: Counts; label: string }> = ({ counts, label }) => {
  const done = doneRows(counts);
  const percent = percentOf(done, counts.total);
  let x = 0;
  const segments = SEGMENTS.flatMap((state) => {
    const n = counts[state];
    if (n === 0 || counts.total === 0) return [];
    const width = Math.max(LEAST, (WIDTH * n) / counts.total);
    const from = x;
    x += width;
    return [<rect class={`in-${state}`} x={round(from)} width={round(width)} height="10" />];
  });
  return (
    <div
      class="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`${count(done)} of ${many(counts.total, 'row')}, ${percent} %`}
    >
      <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
        {segments}
      </svg>
    </div>
  );
};

const round = (n: number): string => n.toFixed(1).replace(/\.0$/, '');
