import type { Ledger } from './ledger';

/** Who did what. */
export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly campaign: string | null;
  readonly detail: string | null;
}

/** One page of what was done, the newest first; `before` is the last `id` of the page before. */
export async function auditPage(
  { db }: Ledger,
  {
    campaign,
    before,
    limit,
  }: { readonly campaign?: string; readonly before?: number; readonly limit: number },
): Promise<AuditEntry[]> {
  let query = db
    .selectFrom('audit')
    .select(['id', 'at', 'who', 'action', 'campaign', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit);
  if (campaign !== undefined) query = query.where('campaign', '=', campaign);
  if (before !== undefined) query = query.where('id', '<', before);
  return query.execute();
}
