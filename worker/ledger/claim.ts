import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { AddressKind } from '../../core/words';
import type { Campaign } from './campaigns';
import { count } from './counters';
import { oneAtATime, skipLocked } from './dialect';
import { type Exclusion, excludedAmong } from './excluded';
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
  /** When a person ruled that it is sent again. */
  readonly ruledAt: number | null;
  /** The steps that were done for it already. */
  readonly contactId: string | null;
  readonly conversationId: string | null;
  /** What the contact book knows of this address in this inbox. */
  readonly book: BookEntry | null;
}

export interface BookEntry {
  readonly contactId: string;
  readonly conversationId: string | null;
  readonly watermark: string | null;
  readonly verifiedAt: number;
}

/** Blocks that are looked at in one call where everybody in a block turns out to be excluded. */
const MOST_BLOCKS = 8;

/**
 * Takes up to `limit` due rows for a slice, oldest due time first. A row whose address is in work elsewhere in the same
 * account waits. Nothing is taken under a lease that has ended, or unless the campaign runs.
 *
 * With an `exclusion`, rows whose people another campaign has reached by now are skipped instead. Within an account this
 * is exact: from the claim on, no other campaign has the address in work.
 *
 * With a `seq` it takes that row alone, and only of a campaign whose messages are sent by a workflow each; of such a
 * campaign it takes none without.
 */
export async function claim(
  db: Kysely<Schema>,
  campaign: Campaign,
  inboxId: string,
  lease: Lease,
  limit: number,
  now: number,
  exclusion: Exclusion | null = null,
  seq: number | null = null,
): Promise<Claimed[]> {
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    const { rows, excluded } = await db
      .transaction()
      .execute((trx) => claimBlock(trx, { campaign, inboxId, lease, limit, now, exclusion, seq }));
    if (rows.length > 0 || excluded === 0) return rows;
  }
  return [];
}

interface Wish {
  readonly campaign: Campaign;
  readonly inboxId: string;
  readonly lease: Lease;
  readonly limit: number;
  readonly now: number;
  readonly exclusion: Exclusion | null;
  readonly seq: number | null;
}

async function claimBlock(trx: Transaction<Schema>, wish: Wish) {
  const { campaign, inboxId, lease, limit, now, exclusion, seq } = wish;
  // Two campaigns that reach for the same people take turns.
  await oneAtATime(trx, `claim/${campaign.account}`);
  const taken = await sql<Omit<Claimed, 'book'>>`
    update recipients set state = 'claimed', lease_id = ${lease.id}, updated_at = ${now}
    where campaign_id = ${campaign.id} and seq in (
      select r.seq from recipients r
      where r.campaign_id = ${campaign.id} and r.state = 'pending' and r.not_before <= ${now}
        and r.address is not null ${seq === null ? sql`` : sql`and r.seq = ${seq}`}
        and not exists (
          select 1 from recipients o
          where o.account = r.account and o.address = r.address and o.state in ('claimed', 'sending'))
        and exists (select 1 from leases where id = ${lease.id} and ended = 0 and until >= ${now})
        and exists (select 1 from campaigns where id = ${campaign.id} and state = 'running' and ${sentBy(seq)})
      order by r.not_before, r.seq limit ${limit} ${skipLocked(trx, 'r')})
    returning seq, "row", "key", kind, address, profile, content, zone, attempts, tries, ruled_at as "ruledAt",
      contact_id as "contactId", conversation_id as "conversationId"
  `.execute(trx);
  if (taken.rows.length === 0) return { rows: [], excluded: 0 };
  // A statement of its own, after the claim: what another campaign has sent until then, it sees.
  const excluded =
    exclusion === null
      ? new Set<number>()
      : await skipExcluded(trx, campaign, exclusion, taken.rows, now);
  const rows = taken.rows.filter(({ seq }) => !excluded.has(seq));
  await count(trx, campaign.id, [
    { from: { state: 'pending' }, to: { state: 'claimed' }, n: rows.length },
    {
      from: { state: 'pending' },
      to: { state: 'skipped', reason: 'excluded' },
      n: excluded.size,
    },
  ]);
  const known = await sql<BookEntry & { address: string }>`
    select c.address, c.contact_id as "contactId", c.conversation_id as "conversationId", c.watermark,
      c.verified_at as "verifiedAt"
    from ${rowsOf(trx, { address: 'text' }, rows)} as v
    cross join contacts c
    where c.account = ${campaign.account} and c.inbox_id = ${inboxId} and c.address = v.address
  `.execute(trx);
  const book = new Map(known.rows.map((entry) => [entry.address, entry]));
  return {
    rows: rows
      .map((row) => ({ ...row, book: book.get(row.address) ?? null }))
      .sort((a, b) => a.seq - b.seq),
    excluded: excluded.size,
  };
}

/** In SQL: the campaign's rows are taken in this way, by slices or one by one. */
function sentBy(seq: number | null): RawBuilder<boolean> {
  return seq === null
    ? sql`orchestrate = 'slice'`
    : sql`(orchestrate = 'message' and engine = 'temporal')`;
}

/** Of rows that were just claimed, those of excluded people become `skipped`. Returns their `seq`. */
async function skipExcluded(
  trx: Transaction<Schema>,
  campaign: Campaign,
  exclusion: Exclusion,
  rows: readonly Pick<Claimed, 'seq' | 'address'>[],
  now: number,
): Promise<Set<number>> {
  const addresses = rows.map(({ address }) => address);
  const details = await excludedAmong(trx, campaign, exclusion, addresses, now);
  const out = rows.flatMap(({ seq, address }) => {
    const detail = details.get(address);
    return detail === undefined ? [] : [{ campaignId: campaign.id, seq, detail }];
  });
  if (out.length > 0) {
    await sql`
      update recipients set state = 'skipped', reason = 'excluded', detail = v.detail, lease_id = null, updated_at = ${now}
      from ${rowsOf(trx, { campaignId: 'integer', seq: 'integer', detail: 'text' }, out)} as v
      where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq
    `.execute(trx);
  }
  return new Set(out.map(({ seq }) => seq));
}
