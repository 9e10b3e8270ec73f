/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly wanted: string;
  /** Null where nothing is to be reached. */
  readonly reached: boolean | null;
  /** True where the machine was too busy for this run to say anything. */
  readonly voids?: boolean;
}

/** Pairs in a ratio, one after the other on the same platform. */
export const PAIRS = 5;
/** Requests in flight, of the runner and of the bare loop. */
export const IN_FLIGHT = 50;
/** Below this the machine is too busy, or too slow, for a ratio at 20 ms to mean anything. */
const LEAST_BARE = 2_000;

/** To try a part out, with BENCH_SCALE=0.05 say: so much less of everything, and figures that say nothing. */
export const scaled = (n: number): number =>
  Math.ceil(n * Number(process.env['BENCH_SCALE'] ?? '1'));

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

export const perSecond = (n: number): string => `${Math.round(n).toLocaleString('en')}/s`;
export const count = (n: number): string => Math.round(n).toLocaleString('en');
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Says of a run in which the bare loop was too slow that it is void. */
export function bareRow(what: string, requestsPerSecond: number): Row {
  const enough = requestsPerSecond >= LEAST_BARE;
  return {
    what,
    figure: `${perSecond(requestsPerSecond)}${enough ? '' : ': this run is void'}`,
    wanted: `≥ ${count(LEAST_BARE)}/s, or the run is void`,
    reached: enough,
    voids: !enough,
  };
}
