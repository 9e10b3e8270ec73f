import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { type CampaignState, FINAL_STATES, type RecipientState } from '../../core/words';
import { record } from './audit';
import { count } from './counters';
import { LedgerError } from './errors';
import type { Ledger, Queries } from './ledger';
import type { CampaignsTable } from './schema';

export type Campaign = Omit<CampaignsTable, 'id'> & { readonly id: number };

export interface NewCampaign {
  readonly name: string;
  readonly kind: 'list' | 'single';
  readonly account: string;
  /** JSON. */
  readonly spec: string;
  /** JSON. */
  readonly inbox: string;
  readonly listPath?: string;
  readonly listHash?: string;
  readonly expiresAfterMs?: number;
}

/** Writes a campaign in state `importing`. @throws LedgerError when the name is taken. */
export async function createCampaign(
  ledger: Ledger,
  it: NewCampaign,
  now: number,
): Promise<Campaign> {
  return ledger.db.transaction().execute(async (trx) => {
    if ((await findCampaign(trx, it.name)) !== undefined) {
      throw new LedgerError(`a campaign named "${it.name}" exists already`);
    }
    await trx
      .insertInto('campaigns')
      .values({
        name: it.name,
        uid: randomBytes(16).toString('hex'),
        kind: it.kind,
        account: it.account,
        state: 'importing',
        why: null,
        paused_by: null,
        spec: it.spec,
        inbox: it.inbox,
        list_path: it.listPath ?? null,
        list_hash: it.listHash ?? null,
        sealed: 0,
        imported: 0,
        expires_after_ms: it.expiresAfterMs ?? null,
        expires_at: null,
        created_at: now,
        started_at: null,
        ended_at: null,
      })
      .execute();
    await record(trx, { at: now, campaign: it.name, action: 'create' });
    return needCampaign(trx, it.name);
  });
}

export async function findCampaign(db: Queries, name: string): Promise<Campaign | undefined> {
  return db.selectFrom('campaigns').selectAll().where('name', '=', name).executeTakeFirst();
}

/** @throws LedgerError when there is no campaign of that name. */
export async function needCampaign(db: Queries, name: string): Promise<Campaign> {
  const campaign = await findCampaign(db, name);
  if (campaign === undefined) {
    throw new LedgerError(`there is no campaign named "${name}" in this ledger`);
  }
  return campaign;
}

export async function listCampaigns(ledger: Ledger): Promise<Campaign[]> {
  return ledger.db.selectFrom('campaigns').selectAll().orderBy('id').execute();
}

export type Action = 'start' | 'pause' | 'resume' | 'cancel' | 'finish';

/** Which states an action may start from, and where it leads. */
const TRANSITIONS: Record<Action, { from: readonly CampaignState[]; to: CampaignState }> = {
  start: { from: ['ready', 'paused'], to: 'running' },
  pause: { from: ['ready', 'running'], to: 'paused' },
  resume: { from: ['paused', 'ready'], to: 'running' },
  cancel: { from: ['importing', 'ready', 'running', 'paused'], to: 'cancelled' },
  finish: { from: ['running'], to: 'finished' },
};

export interface Control {
  readonly action: Action;
  readonly by?: 'operator' | 'interrupt' | 'self';
  /** For a person: why. */
  readonly why?: string;
}

/**
 * Changes a campaign's state. What it says holds from the commit on: no later gate lets a message of a paused or
 * cancelled campaign through. Cancelling skips every row that waits; what is on its way is still settled.
 *
 * @returns the campaign after it, and whether anything changed (asking for what is so already changes nothing).
 * @throws LedgerError when the campaign is past that: a finished one cannot be paused.
 */
export async function control(
  ledger: Ledger,
  name: string,
  { action, by = 'operator', why }: Control,
  now: number,
): Promise<{ campaign: Campaign; changed: boolean }> {
  return ledger.db.transaction().execute(async (trx) => {
    const campaign = await needCampaign(trx, name);
    const { from, to } = TRANSITIONS[action];
    if (campaign.state === to) return { campaign, changed: false };
    if (!from.includes(campaign.state)) {
      throw new LedgerError(
        `campaign "${name}" is ${campaign.state}: it cannot ${action} any more`,
      );
    }
    if (action === 'finish' && !(await allFinal(trx, campaign))) {
      throw new LedgerError(`campaign "${name}" cannot finish: not every row is final`);
    }
    const starts = to === 'running';
    await trx
      .updateTable('campaigns')
      .set({
        state: to,
        why: to === 'paused' ? (why ?? null) : null,
        paused_by: to === 'paused' ? by : null,
        ...(starts && campaign.started_at === null ? { started_at: now } : {}),
        ...(starts && campaign.expires_at === null && campaign.expires_after_ms !== null
          ? { expires_at: now + campaign.expires_after_ms }
          : {}),
        ...(to === 'finished' || to === 'cancelled' ? { ended_at: now } : {}),
      })
      .where('id', '=', campaign.id)
      .execute();
    if (action === 'cancel') await skipWaiting(trx, campaign.id, 'cancelled', now);
    await record(trx, {
      at: now,
      campaign: name,
      action,
      ...(why === undefined ? {} : { detail: why }),
    });
    return { campaign: await needCampaign(trx, name), changed: true };
  });
}

/** Every `pending` row becomes `skipped` with the reason. Returns how many. */
export async function skipWaiting(
  trx: Queries,
  campaignId: number,
  reason: 'cancelled' | 'expired',
  now: number,
): Promise<number> {
  const result = await trx
    .updateTable('recipients')
    .set({ state: 'skipped', reason, updated_at: now })
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  const n = Number(result.numUpdatedRows);
  await count(trx, campaignId, [
    { from: { state: 'pending' }, to: { state: 'skipped', reason }, n },
  ]);
  return n;
}

/** The same for a campaign whose time is over. */
export async function expire(ledger: Ledger, campaignId: number, now: number): Promise<number> {
  return ledger.db.transaction().execute((trx) => skipWaiting(trx, campaignId, 'expired', now));
}

/** "Finished" is counted from the rows themselves once, at the end; the counters are only believed before. */
async function allFinal(trx: Queries, campaign: Campaign): Promise<boolean> {
  if (campaign.sealed === 0) return false;
  const open = await trx
    .selectFrom('recipients')
    .select('seq')
    .where('campaign_id', '=', campaign.id)
    .where('state', 'not in', [...FINAL_STATES])
    .limit(1)
    .execute();
  return open.length === 0;
}

export type Counts = Record<RecipientState, number> & { total: number; double: number };

export interface Tally {
  readonly counts: Counts;
  /** Skipped, failed and unknown rows by reason, most first. */
  readonly reasons: readonly { state: RecipientState; reason: string; n: number }[];
}

export async function tally(db: Queries, campaignId: number): Promise<Tally> {
  const rows = await db
    .selectFrom('counters')
    .select(['state', 'reason', 'n'])
    .where('campaign_id', '=', campaignId)
    .where('n', '<>', 0)
    .orderBy('n', 'desc')
    .execute();
  const counts: Counts = {
    pending: 0,
    claimed: 0,
    sending: 0,
    sent: 0,
    failed: 0,
    unknown: 0,
    skipped: 0,
    total: 0,
    double: 0,
  };
  const reasons: { state: RecipientState; reason: string; n: number }[] = [];
  for (const { state, reason, n } of rows) {
    counts[state] += n;
    if (state === 'double') continue;
    counts.total += n;
    if (reason !== '') reasons.push({ state, reason, n });
  }
  return { counts, reasons };
}

/** When the next waiting row is due, or null. */
export async function nextDue(db: Queries, campaignId: number): Promise<number | null> {
  const row = await sql<{ at: number | null }>`
    select min(not_before) as at from recipients where campaign_id = ${campaignId} and state = 'pending'
  `.execute(db);
  return row.rows[0]?.at ?? null;
}
