const MINUTE_MS = 60_000;
/** One list may span this much (a connector's note; bird docs say nothing); windows overlap, as their edges may be open. */
const WINDOW_MS = 7 * 24 * 60 * MINUTE_MS;
const OVERLAP_MS = MINUTE_MS;
const MOST_WINDOWS = 60;

export interface Window {
  readonly start: number;
  /** Null: open, as an end that lies ahead by their clock might be refused. */
  readonly end: number | null;
}

/** Windows from the first moment to the last; undefined where they are too many to be listed. */
export function windowsOf(from: number, to: number): readonly Window[] | undefined {
  const windows: Window[] = [];
  for (let start = from; windows.length === 0 || start < to - OVERLAP_MS; ) {
    if (windows.length === MOST_WINDOWS) return undefined;
    const end = Math.min(start + WINDOW_MS, to);
    windows.push({ start, end: end === to ? null : end });
    start = end - OVERLAP_MS;
  }
  return windows;
}
