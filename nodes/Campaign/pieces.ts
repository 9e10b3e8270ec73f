import { createHash } from 'node:crypto';

/** Far below what the runner takes at once, so that an answer never takes long. */
const MOST_ROWS = 2_000;
const MOST_BYTES = 8 * 1_024 * 1_024;

/** A part of a list, in lines of JSON. */
export interface Piece {
  /** Of its first line in the list, counted from 0. */
  readonly first: number;
  readonly rows: number;
  readonly lines: string;
}

/** A list in parts, one at a time: the same lines make the same parts. */
export function* piecesOf(
  lines: Iterable<string>,
  { mostRows = MOST_ROWS, mostBytes = MOST_BYTES } = {},
): Generator<Piece> {
  let first = 0;
  let held: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 1;
    if (held.length > 0 && (held.length === mostRows || bytes + size > mostBytes)) {
      yield { first, rows: held.length, lines: `${held.join('\n')}\n` };
      first += held.length;
      held = [];
      bytes = 0;
    }
    held.push(line);
    bytes += size;
  }
  if (held.length > 0) yield { first, rows: held.length, lines: `${held.join('\n')}\n` };
}

/** Stands for a whole list: another order, or one letter more, is another list. */
export function nameOf(lines: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return hash.digest('base64url');
}
