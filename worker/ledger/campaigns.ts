import { randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { type CampaignState, FINAL_STATES } from '../../core/words';
import { record } from './audit';
import { count } from './counters';
import { campaignLock, oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { emitCampaign } from './events';
import { identityOf, needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { nudge } from './outbox';
import type { CampaignsTable, Engine, EventType, Intake, Orchestrate } from './schema';
import { tally } from './tally';
import { untilTaken } from './until-taken';

export type Campaign = Readonly<Selectable<CampaignsTable>>;

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
  /** Whoever imports it starts it as well. */
  readonly autostart?: boolean;
  /** Instead of a new one. */
  readonly uid?: string;
  /** Its key, or `uid`, was there before: it may have been used in what a restored copy of this ledger does not know. */
  readonly keyGiven?: boolean;
  readonly engine?: Engine;
  readonly orchestrate?: Orchestrate;
  /** Temporal is told of it at once, in this very commit. */
  readonly told?: boolean;
  /** On Temporal, where the workflow is there already. */
  readonly workflowId?: string;
  /** How its audience comes in over HTTP, where it does. */
  readonly intake?: Intake;
}

/** Writes a campaign in state `importing`. @throws LedgerError when the name is taken. */
export async function createCampaign(
  ledger: Ledger,
  it: NewCampaign,
  now: number,
): Promise<Campaign> {
  return ledger.db.transaction().execute((trx) => writeCampaign(trx, it, now));
}

/** The same in a transaction with something else. */
export async function writeCampaign(trx: Queries, it: NewCampaign, now: number): Promise<Campaign> {
  await needOpen(trx);
  await oneAtATime(trx, `campaign/${it.name}`);
  if ((await findCampaign(trx, it.name)) !== undefined) {
    throw new LedgerError(`a campaign named "${it.name}" exists already`);
  }
  const restoredAt = it.keyGiven === true ? (await identityOf(trx))?.restored_at : null;
  await trx
    .insertInto('campaigns')
    .values({
      name: it.name,
      uid: it.uid ?? randomBytes(16).toString('hex'),
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
      autostart: it.autostart === true ? 1 : 0,
      canary: null,
      restored_at: restoredAt ?? null,
      ref: randomBytes(8).toString('hex'),
      engine: it.engine ?? 'embedded',
      workflow_id: it.workflowId ?? null,
      orchestrate: it.orchestrate ?? 'slice',
      intake: it.intake ?? null,
    })
    .execute();
  await record(trx, { at: now, campaign: it.name, action: 'create' });
  const campaign = await needCampaign(trx, it.name);
  if (it.told === true) await nudge(trx, campaign, now);
  return campaign;
}

export async function findCampaign(db: Queries, name: string): Promise<Campaign | undefined> {
  return db.selectFrom('campaigns').selectAll().where('name', '=', name).executeTakeFirst();
}

/** @throws LedgerError when there is no campaign of that name. */
export async function needCampaign(db: Queries, name: string): Promise<Campaign> {
  const campaign = await findCampaign(db, name);
  if (campaign === undefined) {
    throw new LedgerError(`there is no campaign named "${name}" in this ledger`, undefined, {
      code: 'not_found',
    });
  }
  return campaign;
}

/** The campaign that is called so outside the ledger. @throws LedgerError when there is none. */
export async function campaignOfRef(db: Queries, ref: string): Promise<Campaign> {
  const campaign = await db
    .selectFrom('campaigns')
    .selectAll()
    .where('ref', '=', ref)
    .executeTakeFirst();
  if (campaign === undefined) {
    throw new LedgerError(`there is no campaign ${ref} in this ledger`, undefined, {
      code: 'not_found',
    });
  }
  return campaign;
}

/** The same, and nobody else changes it before the commit. */
export async function holdCampaign(trx: Queries, name: string): Promise<Campaign> {
  const { id } = await needCampaign(trx, name);
  await oneAtATime(trx, campaignLock(id));
  return needCampaign(trx, name);
}

/** The whole campaign is meant now, also by other processes. */
export async function endCanary(ledger: Ledger, campaignId: number): Promise<void> {
  await ledger.db
    .updateTable('campaigns')
    .set({ canary: null })
    .where('id', '=', campaignId)
    .execute();
}

export async function listCampaigns(ledger: Ledger): Promise<Campaign[]> {
  return ledger.db.selectFrom('campaigns').selectAll().orderBy('id').execute();
}

/**
 * The campaigns of an engine that somebody should drive: those that run, those that were asked to start, and those in which
 * something that was on its way is still open.
 */
export async function campaignsToDrive(db: Queries): Promise<Campaign[]> {
  return toDrive(db, 'embedded').selectAll().orderBy('id').execute();
}

/** The same of those on Temporal: as many as one look is for, those behind a campaign first. */
export async function workflowsToDrive(
  db: Queries,
  after: number,
  limit: number,
): Promise<Pick<Campaign, 'id' | 'ref' | 'kind' | 'engine' | 'workflow_id'>[]> {
  return toDrive(db, 'temporal')
    .select(['id', 'ref', 'kind', 'engine', 'workflow_id'])
    .orderBy(sql`case when id > ${after} then 0 else 1 end`)
    .orderBy('id')
    .limit(limit)
    .execute();
}

function toDrive(db: Queries, engine: Engine) {
  const open = sql<boolean>`exists (
    select 1 from counters c where c.campaign_id = campaigns.id and c.n > 0
      and (c.state = 'sending' or (campaigns.state = 'cancelled' and c.state in ('claimed', 'pending'))))`;
  return db
    .selectFrom('campaigns')
    .where('engine', '=', engine)
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'running'), eb('canary', 'is', null)]),
        // What comes in over HTTP is read where it comes in.
        eb.and([
          eb('autostart', '=', 1),
          eb.or([
            eb('state', '=', 'ready'),
            eb.and([eb('state', '=', 'importing'), eb('intake', 'is', null)]),
          ]),
        ]),
        eb.and([eb('state', 'in', ['paused', 'cancelled']), open]),
      ]),
    );
}

export type Action = 'start' | 'pause' | 'resume' | 'cancel' | 'finish';

type Target = Extract<CampaignState, 'running' | 'paused' | 'cancelled' | 'finished'>;

/** Which states an action may start from, and where it leads. */
const TRANSITIONS: Record<Action, { from: readonly CampaignState[]; to: Target }> = {
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
  /** For a start: only so many at first, and no other process takes part. */
  readonly canary?: number;
  /** Asked for by the very workflow that would be told of it. */
  readonly byWorkflow?: boolean;
  /** For a start: what is paused stays so, or is an error, instead of going on. */
  readonly paused?: 'leave' | 'refuse';
  /** For a start: only of what is ready and to start by itself. Anything else stays as it is. */
  readonly byItself?: boolean;
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
  { action, by = 'operator', why, canary, byWorkflow = false, paused, byItself = false }: Control,
  now: number,
): Promise<{ campaign: Campaign; changed: boolean }> {
  const change = async (trx: Queries) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    const { from, to } = TRANSITIONS[action];
    if (campaign.state === to) return { campaign, changed: false };
    const left = paused === 'leave' && campaign.state === 'paused';
    if (left || (byItself && !startsByItself(campaign))) return { campaign, changed: false };
    if (paused === 'refuse' && campaign.state === 'paused') {
      throw new LedgerError(`campaign "${name}" is paused: resume it`, undefined, {
        code: 'conflict',
      });
    }
    if (!from.includes(campaign.state)) {
      throw new LedgerError(
        `campaign "${name}" is ${campaign.state}: it cannot ${action} any more`,
      );
    }
    if (action === 'finish' && !(await allFinal(trx, campaign))) {
      throw new LedgerError(`campaign "${name}" cannot finish: not every row is final`);
    }
    const starts = to === 'running';
    const judged = starts ? await judgedFromHere(trx, campaign.id) : {};
    await trx
      .updateTable('campaigns')
      .set({
        state: to,
        why: to === 'paused' ? (why ?? null) : null,
        paused_by: to === 'paused' ? by : null,
        ...(starts ? { autostart: 0, canary: canary ?? null } : {}),
        ...judged,
        ...(starts && campaign.started_at === null ? { started_at: now } : {}),
        ...(starts && campaign.expires_at === null && campaign.expires_after_ms !== null
          ? { expires_at: now + campaign.expires_after_ms }
          : {}),
        ...(to === 'finished' || to === 'cancelled' ? { ended_at: now } : {}),
      })
      .where('id', '=', campaign.id)
      .execute();
    if (action === 'cancel') await skipWaiting(trx, campaign.id, 'cancelled', now);
    if (action !== 'finish' && !byWorkflow) await nudge(trx, campaign, now);
    await emitCampaign(trx, campaign, eventOf(to, campaign), now, to === 'paused' ? by : null);
    await record(trx, {
      at: now,
      campaign: name,
      action,
      ...(why === undefined ? {} : { detail: why }),
    });
    return { campaign: await needCampaign(trx, name), changed: true };
  };
  return untilTaken(() => ledger.db.transaction().execute(change));
}

function startsByItself({ state, autostart }: Campaign): boolean {
  return state === 'ready' && autostart === 1;
}

/** A campaign that was paused before it began is started, not resumed. */
function eventOf(to: Target, { state, started_at: startedAt }: Campaign): EventType {
  if (to !== 'running') return to;
  return state === 'paused' && startedAt !== null ? 'resumed' : 'started';
}

/** What has ended until now is not held against what comes: failures are judged from this moment on. */
export async function judgedFromHere(
  trx: Queries,
  campaignId: number,
): Promise<{ judged_sent: number; judged_failed: number }> {
  const { counts } = await tally(trx, campaignId);
  return { judged_sent: counts.sent, judged_failed: counts.failed };
}

/** Every `pending` row becomes `skipped` with the reason. Returns how many. */
export async function skipWaiting(
  trx: Queries,
  campaignId: number,
  reason: 'cancelled' | 'expired',
  now: number,
): Promise<number> {
  // Nobody lands results of the same rows meanwhile, in an order of their own.
  await oneAtATime(trx, campaignLock(campaignId));
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
  return untilTaken(() =>
    ledger.db.transaction().execute((trx) => skipWaiting(trx, campaignId, 'expired', now)),
  );
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
