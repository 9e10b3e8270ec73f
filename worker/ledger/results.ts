import { sql } from 'kysely';
import type { RecipientState } from '../../core/words';
import { record } from './audit';
import { type Campaign, holdCampaign, judgedFromHere } from './campaigns';
import { count } from './counters';
import { forUpdate } from './dialect';
import { LedgerError } from './errors';
import { emitCampaign } from './events';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { nudge } from './outbox';

export interface ResultRow {
  readonly seq: number;
  readonly row: number;
  /** As it stood in the list. */
  readonly raw: string;
  readonly address: string | null;
  readonly state: RecipientState;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly attempts: number;
  readonly message_id: string | null;
  readonly conversation_id: string | null;
  readonly delivery: string | null;
  /** What the list says of this person's opt-in, in its own words. */
  readonly consent: string | null;
  readonly updated_at: number;
}

/** One page of a campaign's rows in the list's order; `after` is the last `seq` of the page before (-1 at first). */
export async function results(
  ledger: Ledger,
  campaignId: number,
  page: {
    readonly states?: readonly RecipientState[];
    readonly reason?: string;
    readonly after?: number;
    /** The last `seq` that is looked at. */
    readonly until?: number;
    readonly limit?: number;
  },
): Promise<ResultRow[]> {
  let query = ledger.db
    .selectFrom('recipients')
    .select([
      'seq',
      'row',
      'raw',
      'address',
      'state',
      'reason',
      'detail',
      'attempts',
      'message_id',
      'conversation_id',
      'delivery',
      'consent',
      'updated_at',
    ])
    .where('campaign_id', '=', campaignId)
    .where('seq', '>', page.after ?? -1)
    .orderBy('seq')
    .limit(page.limit ?? 1000);
  if (page.states !== undefined) query = query.where('state', 'in', [...page.states]);
  if (page.reason !== undefined) query = query.where('reason', '=', page.reason);
  if (page.until !== undefined) query = query.where('seq', '<=', page.until);
  return query.execute();
}

/** Failed rows get another chance: nothing of theirs was sent. Returns how many; the campaign is `ready` then. */
export async function retryFailed(
  ledger: Ledger,
  name: string,
  reason: string | undefined,
  now: number,
): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    if (campaign.state === 'cancelled' || campaign.state === 'importing') {
      throw new LedgerError(`campaign "${name}" is ${campaign.state}: nothing can be retried`);
    }
    // What a person ruled on may have been sent: only `decide --as resend` touches it again.
    const chosen =
      reason === undefined
        ? sql`reason <> 'decided' and address is not null`
        : sql`reason = ${reason} and reason <> 'decided' and address is not null`;
    const groups = await sql<{ reason: string | null; n: number }>`
      select reason, count(*) as n from (
        select reason from recipients
        where campaign_id = ${campaign.id} and state = 'failed' and ${chosen} ${forUpdate(trx)}) as chosen
      group by reason
    `.execute(trx);
    const n = groups.rows.reduce((sum, group) => sum + group.n, 0);
    await sql`
      update recipients set state = 'pending', reason = null, detail = null, not_before = 0, tries = 0, updated_at = ${now}
      where campaign_id = ${campaign.id} and state = 'failed' and ${chosen}
    `.execute(trx);
    await count(
      trx,
      campaign.id,
      groups.rows.map((group) => ({
        from: { state: 'failed', reason: group.reason },
        to: { state: 'pending' },
        n: group.n,
      })),
    );
    if (n > 0) {
      await reopen(trx, campaign, now);
      // Fewer have failed now than when it was started: counted from there, as many would fail unseen.
      await trx
        .updateTable('campaigns')
        .set(await judgedFromHere(trx, campaign.id))
        .where('id', '=', campaign.id)
        .execute();
      await nudge(trx, campaign, now);
    }
    await record(trx, {
      at: now,
      campaign: name,
      action: 'retry',
      detail: `${n} failed rows`,
    });
    return n;
  });
}

/** A finished campaign in which rows wait again is `ready`, with its time before it. Any other stays as it is. */
async function reopen(trx: Queries, campaign: Campaign, now: number): Promise<void> {
  const { id, state } = campaign;
  if (state !== 'finished') return;
  await trx
    .updateTable('campaigns')
    .set({ state: 'ready', ended_at: null, expires_at: null })
    .where('id', '=', id)
    .execute();
  await emitCampaign(trx, campaign, 'ready', now);
}

/** A person's ruling on an `unknown` row: it was sent, it was not, or it is to be sent again at the risk of a second one. */
export type Ruling = 'sent' | 'failed' | 'resend';

/**
 * Rules on `unknown` rows, by spreadsheet row number or all of them. Returns how many were changed.
 *
 * @throws LedgerError when a row number is not `unknown`.
 */
export async function decide(
  ledger: Ledger,
  name: string,
  which: { readonly rows: readonly number[] } | 'all',
  ruling: Ruling,
  now: number,
): Promise<number> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    if (ruling === 'resend' && campaign.state === 'cancelled') {
      throw new LedgerError(`campaign "${name}" is cancelled: nothing of it is sent any more`);
    }
    const named = which === 'all' ? sql`` : sql`and "row" in (${sql.join(which.rows)})`;
    // Nobody can write to somebody who was forgotten.
    const chosen = ruling === 'resend' ? sql`${named} and address is not null` : named;
    const { rows } = await sql<{ seq: number; row: number; reason: string | null }>`
      select seq, "row", reason from recipients
      where campaign_id = ${campaign.id} and state = 'unknown' ${chosen} order by seq ${forUpdate(trx)}
    `.execute(trx);
    if (which !== 'all') {
      const found = new Set(rows.map(({ row }) => row));
      const missing = which.rows.filter((row) => !found.has(row));
      if (missing.length > 0) {
        throw new LedgerError(
          `${missing.length === 1 ? 'row' : 'rows'} ${missing.join(', ')} of campaign "${name}" ${missing.length === 1 ? 'is' : 'are'} not unknown${ruling === 'resend' ? ', or forgotten' : ''}. Nothing was changed.`,
        );
      }
    }
    const state = ruling === 'resend' ? 'pending' : ruling;
    const reason = ruling === 'failed' ? 'decided' : null;
    for (const { seq } of rows) {
      await trx
        .updateTable('recipients')
        .set({
          state,
          reason,
          detail: ruling === 'resend' ? null : 'decided by a person',
          not_before: 0,
          tries: 0,
          updated_at: now,
          ...(ruling === 'resend' ? { ruled_at: now } : {}),
        })
        .where('campaign_id', '=', campaign.id)
        .where('seq', '=', seq)
        .execute();
    }
    await count(
      trx,
      campaign.id,
      rows.map(({ reason: was }) => ({
        from: { state: 'unknown', reason: was },
        to: { state, reason },
        n: 1,
      })),
    );
    if (ruling === 'resend' && rows.length > 0) {
      await reopen(trx, campaign, now);
      await nudge(trx, campaign, now);
    }
    await record(trx, {
      at: now,
      campaign: name,
      action: 'decide',
      detail: `${rows.length} rows: ${ruling}`,
    });
    return rows.length;
  });
}
