import type { IExecuteFunctions } from 'n8n-workflow';
import type { Execution } from './operation';
import { patiently } from './patience';
import { isTool } from './tool';

/** Rows that "Return All" returns at most: n8n holds all of them in memory. */
const MOST_ROWS = 10_000;
/** An agent reads every row that it is given. */
const MOST_ROWS_OF_A_TOOL = 100;

export interface ListPage<T> {
  readonly rows: readonly T[];
  /** What the next page is asked for by; null on the last one. */
  readonly next: string | null;
}

/** As many rows as the parameters "Return All" and "Limit" say, page by page; without a policy whoever asks is patient already. */
export async function collect<T>(
  { context, policy }: Pick<Execution, 'context'> & Partial<Pick<Execution, 'policy'>>,
  item: number,
  page: (from: string | undefined, left: number) => Promise<ListPage<T>>,
): Promise<readonly T[]> {
  const most = readLimit(context, item);
  const rows: T[] = [];
  const seen = new Set<string>();
  let from: string | undefined;
  for (;;) {
    const asked = from;
    const ask = () => page(asked, most - rows.length);
    const { rows: more, next } = await (policy === undefined ? ask() : patiently(policy, ask));
    rows.push(...more.slice(0, most - rows.length));
    // A list that begins again and again has no end.
    if (next === null || seen.has(next)) return rows;
    if (rows.length >= most) {
      if (context.getNodeParameter('returnAll', item, false) === true) hintAtMore(context, most);
      return rows;
    }
    seen.add(next);
    from = next;
  }
}

/** The same where pages have numbers, and a page that is not full is the last. */
export async function numberedPages<T>(
  execution: Pick<Execution, 'context' | 'policy'>,
  item: number,
  full: number,
  page: (number: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  return collect(execution, item, async (from = '1') => {
    const rows = await page(Number(from));
    return { rows, next: rows.length < full ? null : String(Number(from) + 1) };
  });
}

export function readLimit(context: IExecuteFunctions, item: number): number {
  if (context.getNodeParameter('returnAll', item, false) === true) {
    return isTool(context) ? MOST_ROWS_OF_A_TOOL : MOST_ROWS;
  }
  const limit = Math.trunc(Number(context.getNodeParameter('limit', item, 50)));
  return Math.min(MOST_ROWS, Math.max(1, limit || 1));
}

function hintAtMore(context: IExecuteFunctions, most: number): void {
  context.addExecutionHints({
    message: `The list goes on: only its first ${most} rows are here. Narrow it, or ask for the next part.`,
    location: 'outputPane',
  });
}
