import type { IExecuteFunctions } from 'n8n-workflow';
import type { Execution } from './operation';
import { patiently } from './patience';

/** Rows that "Return All" returns at most: n8n holds all of them in memory. */
const MOST_ROWS = 10_000;

export interface ListPage<T> {
  readonly rows: readonly T[];
  /** What the next page is asked for by; null on the last one. */
  readonly next: string | null;
}

/** As many rows as the parameters "Return All" and "Limit" say, page by page. */
export async function collect<T>(
  { context, policy }: Pick<Execution, 'context' | 'policy'>,
  item: number,
  page: (from: string | undefined, left: number) => Promise<ListPage<T>>,
): Promise<readonly T[]> {
  const most = readLimit(context, item);
  const rows: T[] = [];
  const seen = new Set<string>();
  let from: string | undefined;
  for (;;) {
    const asked = from;
    const { rows: more, next } = await patiently(policy, () => page(asked, most - rows.length));
    rows.push(...more.slice(0, most - rows.length));
    // A list that begins again and again has no end.
    if (next === null || seen.has(next)) return rows;
    if (rows.length >= most) {
      if (most === MOST_ROWS) hintAtMore(context);
      return rows;
    }
    seen.add(next);
    from = next;
  }
}

export function readLimit(context: IExecuteFunctions, item: number): number {
  if (context.getNodeParameter('returnAll', item, false) === true) return MOST_ROWS;
  const limit = Math.trunc(Number(context.getNodeParameter('limit', item, 50)));
  return Math.min(MOST_ROWS, Math.max(1, limit || 1));
}

function hintAtMore(context: IExecuteFunctions): void {
  context.addExecutionHints({
    message: `The list goes on: only its first ${MOST_ROWS} rows are here. Narrow it, or ask for the next part.`,
    location: 'outputPane',
  });
}
