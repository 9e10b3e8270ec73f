import { type Kysely, sql } from 'kysely';
import type { AddressKind } from '../../core/words';
import type { Campaign } from './campaigns';
import { count } from './counters';
import type { Lease } from './leases';
import { rowsOf } from './rows';
import type { Schema } from './schema';

export interface Claimed {
  readonly seq: number;
  readonly row: number;
  readonly key: string;
  readonly kind: AddressKind;
  readonly address: string;
  readonly profile: string | null;
  readonly content: string | null;
  readonly zone: string | null;
  readonly attempts: number;
  readonly tries: number;
  /** What the contact book knows of this address in this inbox. */
  readonly book: BookEntry | null;
}

export interface BookEntry {
  readonly contactId: string;
  readonly conversationId: string | null;
  readonly watermark: string | null;
  readonly verifiedAt: number;
}

/**
 * Takes up to `limit` due rows for a slice, oldest due time first. A row whose address is in work elsewhere in the same
 * account waits. Nothing is taken under a lease that has ended, or unless the campaign runs.
 */
export async function claim(
  db: Kysely<Schema>,
  campaign: Campaign,
  inboxId: string,
  lease: Lease,
  limit: number,
  now: number,
): Promise<Claimed[]> {
  return db.transaction().execute(async (trx) => {
    const taken = await sql<Omit<Claimed, 'book'>>`
      update recipients set state = 'claimed', lease_id = ${lease.id}, updated_at = ${now}
      where campaign_id = ${campaign.id} and seq in (
        select r.seq from recipients r
        where r.campaign_id = ${campaign.id} and r.state = 'pending' and r.not_before <= ${now}
          and not exists (
            select 1 from recipients o
            where o.account = r.account and o.address = r.address and o.state in ('claimed', 'sending'))
          and exists (select 1 from leases where id = ${lease.id} and ended = 0 and until >= ${now})
          and exists (select 1 from campaigns where id = ${campaign.id} and state = 'running')
        order by r.not_before, r.seq limit ${limit})
      returning seq, "row", "key", kind, address, profile, content, zone, attempts, tries
    `.execute(trx);
    const rows = taken.rows;
    if (rows.length === 0) return [];
    await count(trx, campaign.id, [
      { from: { state: 'pending' }, to: { state: 'claimed' }, n: rows.length },
    ]);
    const known = await sql<BookEntry & { address: string }>`
      select c.address, c.contact_id as "contactId", c.conversation_id as "conversationId", c.watermark,
        c.verified_at as "verifiedAt"
      from ${rowsOf({ address: 'text' }, rows)} as v
      cross join contacts c
      where c.account = ${campaign.account} and c.inbox_id = ${inboxId} and c.address = v.address
    `.execute(trx);
    const book = new Map(known.rows.map((entry) => [entry.address, entry]));
    return rows
      .map((row) => ({ ...row, book: book.get(row.address) ?? null }))
      .sort((a, b) => a.seq - b.seq);
  });
}
