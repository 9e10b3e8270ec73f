import type { RecipientState } from '../../core/words';
import type { Ledger } from './ledger';

export interface RowToCheck {
  readonly seq: number;
  readonly row: number;
  readonly address: string | null;
  /** JSON. */
  readonly content: string | null;
  readonly zone: string | null;
  readonly state: RecipientState;
  readonly reason: string | null;
  readonly detail: string | null;
}

/** A page of a campaign's rows in the list's order, with what is needed to say what would become of them. */
export async function rowsToCheck(
  ledger: Ledger,
  campaignId: number,
  after: number,
  limit: number,
): Promise<RowToCheck[]> {
  return ledger.db
    .selectFrom('recipients')
    .select(['seq', 'row', 'address', 'content', 'zone', 'state', 'reason', 'detail'])
    .where('campaign_id', '=', campaignId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
}
