import { sql } from 'kysely';
import type { RecipientState } from '../../core/words';
import type { Campaign } from './campaigns';
import { LedgerError } from './errors';
import { leaseOver } from './leases';
import type { Queries } from './ledger';

/** A message by what it is called outside the ledger. */
export const sendIdOf = ({ ref }: Pick<Campaign, 'ref'>, seq: number): string => `${ref}-${seq}`;

/** What a send id consists of, or null where it is none. */
export function readSendId(send: string): { readonly ref: string; readonly seq: number } | null {
  const [, ref, seq] = /^([0-9a-f]{16})-(0|[1-9]\d{0,8})$/.exec(send) ?? [];
  return ref === undefined ? null : { ref, seq: Number(seq) };
}

/** How one message stands. */
export interface SendRow {
  readonly state: RecipientState;
  readonly reason: string | null;
  readonly notBefore: number;
  readonly zone: string | null;
}

/** The row of a message; undefined as long as it is not written down. */
export async function findSend(
  db: Queries,
  campaignId: number,
  seq: number,
): Promise<SendRow | undefined> {
  return db
    .selectFrom('recipients')
    .select(['state', 'reason', 'not_before as notBefore', 'zone'])
    .where('campaign_id', '=', campaignId)
    .where('seq', '=', seq)
    .executeTakeFirst();
}

/**
 * The messages of a campaign that a workflow is to begin with now, oldest due time first: those that wait and are due, and
 * those that somebody was at work on who is gone, or whose answer was lost.
 *
 * @throws LedgerError when slices send this campaign.
 */
export async function dueSends(
  db: Queries,
  campaign: Campaign,
  limit: number,
  now: number,
): Promise<string[]> {
  if (campaign.orchestrate !== 'message') {
    throw new LedgerError(`campaign "${campaign.name}" is sent by slices`);
  }
  const { rows } = await sql<{ seq: number }>`
    select r.seq from recipients r
    where r.campaign_id = ${campaign.id} and (
      (r.state = 'pending' and r.not_before <= ${now} and r.address is not null
        and exists (select 1 from campaigns where id = ${campaign.id} and state = 'running'))
      or (r.state = 'claimed' and exists (select 1 from leases l where l.id = r.lease_id and ${leaseOver(now)}))
      or (r.state = 'sending' and exists (
        select 1 from attempts a join leases l on l.id = a.lease_id
        where a.id = r.attempt_id and (a.result is not null or ${leaseOver(now)}))))
    order by r.not_before, r.seq limit ${limit}
  `.execute(db);
  return rows.map(({ seq }) => sendIdOf(campaign, seq));
}
