import type { RecipientState } from '../../core/words';
import type { Campaign } from './campaigns';
import type { Ledger } from './ledger';
import { type ResultRow, results } from './results';

/** Rows that one statement looks at: a filter that few rows pass must not keep the database from everybody else. */
const WINDOW = 20_000;

export interface ResultsPage {
  readonly rows: readonly ResultRow[];
  /** What the next page comes after; null when there is none. */
  readonly next: number | null;
}

/** One page of a campaign's rows in the list's order, of those in some states or with some reason. */
export async function resultsPage(
  ledger: Ledger,
  { id, imported }: Pick<Campaign, 'id' | 'imported'>,
  page: {
    readonly states?: readonly RecipientState[];
    readonly reason?: string;
    readonly after?: number;
    readonly limit: number;
  },
): Promise<ResultsPage> {
  const { limit, after: given = -1, ...which } = page;
  const rows: ResultRow[] = [];
  let after = given;
  while (after < imported - 1) {
    const until = after + WINDOW;
    const found = await results(ledger, id, {
      ...which,
      after,
      until,
      limit: limit - rows.length,
    });
    rows.push(...found);
    const last = rows.at(-1);
    if (rows.length >= limit && last !== undefined) {
      return { rows, next: last.seq < imported - 1 ? last.seq : null };
    }
    after = until;
  }
  return { rows, next: null };
}
