import {
  type Campaign,
  campaignOfRef,
  control,
  expire,
  findSend,
  type Ledger,
  LedgerError,
  reclaim,
  type SendRow,
  skipWaiting,
  stoppedUntil,
} from '../ledger';
import type { Run } from './run';

/** The end of a message. */
export interface SendOutcome {
  readonly state: 'sent' | 'failed' | 'skipped' | 'unknown';
  /** A word of ours; what the platform said stays in the ledger. */
  readonly reason: string | null;
}

/** Why a message waits: a word for a log or a history. */
export type NotYet =
  | 'throttled'
  | 'stopped'
  | 'quiet_hours'
  | 'restored'
  | 'retry'
  | 'in_work'
  | 'draining';

/** What became of a message so far. */
export type SendTurn =
  /** The step is done: the next one may follow. */
  | { readonly state: 'ready' }
  | { readonly state: 'not_before'; readonly at: number; readonly why: NotYet }
  /** Its request was begun and its answer is not known: only settling says what became of it. */
  | { readonly state: 'open' }
  /** Its campaign does not run: somebody has to start or resume it, or it is another engine's now. */
  | { readonly state: 'halted'; readonly why: 'paused' | 'not_started' | 'moved' }
  | SendOutcome;

/** A row of the ledger, and the campaign that it is the message of. */
export interface OneSend {
  readonly campaign: Campaign;
  readonly seq: number;
}

/** People who wait for the same moment do not all come in the same millisecond. */
const SPREAD_MS = 2_000;
/** After somebody else had the row, or the person. */
const IN_WORK_MS = 2_000;

export const spread = (at: number, overMs = SPREAD_MS): number =>
  Math.ceil(at + Math.random() * overMs);

/**
 * How a message stands, after whatever is over was put in order: rows of a campaign that was cancelled or has expired
 * are skipped, rows under a lease that has ended go back, and a single message that is final ends its campaign. `null`:
 * the row waits, is due, and may be taken.
 *
 * @throws LedgerError when there is no such row.
 */
export async function standOf(
  ledger: Ledger,
  { campaign: { ref }, seq }: OneSend,
  now: number,
): Promise<SendTurn | null> {
  const campaign = await campaignOfRef(ledger.db, ref);
  const row = await orderly(ledger, campaign, seq, now);
  switch (row.state) {
    case 'sent':
    case 'failed':
    case 'skipped':
    case 'unknown':
      if (campaign.kind === 'single' && campaign.state === 'running') {
        // A pause in this very moment leaves it paused: whoever resumes it comes by here again.
        await control(ledger, campaign.name, { action: 'finish' }, now).catch((error: unknown) => {
          if (!(error instanceof LedgerError)) throw error;
        });
      }
      return { state: row.state, reason: row.reason };
    case 'sending':
      return { state: 'open' };
    case 'claimed':
      return { state: 'not_before', at: spread(now + IN_WORK_MS), why: 'in_work' };
    case 'pending':
      return waitOf(ledger, campaign, row, now);
  }
}

async function orderly(
  ledger: Ledger,
  campaign: Campaign,
  seq: number,
  now: number,
): Promise<SendRow> {
  const row = await needSend(ledger, campaign, seq);
  if (row.state === 'claimed') await reclaim(ledger, campaign.account, now);
  if (campaign.state === 'cancelled') {
    await ledger.db.transaction().execute((trx) => skipWaiting(trx, campaign.id, 'cancelled', now));
  } else if (campaign.expires_at !== null && campaign.expires_at <= now) {
    await expire(ledger, campaign.id, now);
  } else if (row.state !== 'claimed') return row;
  return needSend(ledger, campaign, seq);
}

async function needSend(ledger: Ledger, campaign: Campaign, seq: number): Promise<SendRow> {
  const row = await findSend(ledger.db, campaign.id, seq);
  if (row === undefined) throw new LedgerError(`there is no message ${campaign.ref}-${seq}`);
  return row;
}

async function waitOf(
  ledger: Ledger,
  campaign: Campaign,
  { notBefore }: SendRow,
  now: number,
): Promise<SendTurn | null> {
  if (campaign.engine !== 'temporal') return { state: 'halted', why: 'moved' };
  if (campaign.state === 'paused') return { state: 'halted', why: 'paused' };
  if (campaign.state !== 'running') return { state: 'halted', why: 'not_started' };
  const stop = await stoppedUntil(ledger.db, campaign.account);
  if (stop.until > now && stop.until >= notBefore) {
    return { state: 'not_before', at: spread(stop.until), why: 'stopped' };
  }
  if (notBefore > now) return { state: 'not_before', at: spread(notBefore, 500), why: 'retry' };
  return null;
}

/** The same with the reason for a wait that only the campaign's run knows. */
export function explained(run: Run, turn: SendTurn, zone: string | null, now: number): SendTurn {
  if (turn.state !== 'not_before' || turn.why !== 'retry') return turn;
  const place = zone ?? run.place;
  const hours = run.quiet === null || place === null ? null : run.quiet(place, now);
  if (hours !== null && !hours.allowed) return { ...turn, why: 'quiet_hours' };
  const { restored_at: restoredAt } = run.campaign;
  if (restoredAt !== null && now < restoredAt + run.policy.settleDelayMs) {
    return { ...turn, why: 'restored' };
  }
  return turn;
}
