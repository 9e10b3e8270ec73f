import { setTimeout as wait } from 'node:timers/promises';
import { importList } from '../campaign/import-list';
import { isInputError } from '../campaign/input-error';
import type { Run } from '../campaign/run';
import { importSingle } from '../campaign/single';
import {
  type Campaign,
  campaignsToDrive,
  driverOf,
  isAlive,
  isAway,
  isLocked,
  type Ledger,
  nextDue,
  reclaim,
  stoppedUntil,
} from '../ledger';
import { startIfAsked } from './ask-plan';
import { AlreadyDriven, runEmbedded } from './embedded';
import { tracedSlice } from './trace';

/** How often the ledger is asked what there is to do. */
const LOOK_MS = 500;
/** After something that this process cannot do (a list or an account that only another machine has). */
const AGAIN_MS = 30_000;
/** How often a ledger that is away is asked. */
const AWAY_MS = 1_000;

/** What a worker tells of its work: ids and words, nothing of anybody. */
export type WorkEvent =
  | { readonly kind: 'drives' | 'joins'; readonly campaign: string }
  | { readonly kind: 'ended'; readonly campaign: string; readonly outcome: string }
  | { readonly kind: 'cannot'; readonly campaign: string; readonly why: string }
  | { readonly kind: 'away' | 'back' };

export interface WorkOptions {
  readonly ledger: Ledger;
  /** Puts a campaign's run together; called once for each time that work on it begins. */
  readonly open: (campaign: Campaign) => Promise<Run>;
  /** True from the moment on when the process is to end. */
  readonly stopping: () => boolean;
  readonly onEvent: (event: WorkEvent) => void;
}

/**
 * Works on every campaign of the ledger until `stopping` says so: drives those that nobody drives, and runs slices of
 * those that another process drives, up to their `parallel`. What a process held that is gone is taken over when its lease
 * ends. Then nothing more is claimed, and what is in flight is finished and recorded.
 */
export async function work({ ledger, open, stopping, onEvent }: WorkOptions): Promise<void> {
  const mine = new Map<number, Promise<void>>();
  const notBefore = new Map<number, number>();
  let away = false;

  function begin(campaign: Campaign, how: (campaign: Campaign) => Promise<void>): void {
    const done = how(campaign)
      .catch((error: unknown) => {
        // Another process was faster, or the ledger is away: the next look says what is so now.
        if (error instanceof AlreadyDriven || isAway(error) || isLocked(error)) return;
        notBefore.set(campaign.id, performance.now() + AGAIN_MS);
        onEvent({ kind: 'cannot', campaign: calledInLogs(campaign), why: wordsOf(error) });
      })
      .finally(() => mine.delete(campaign.id));
    mine.set(campaign.id, done);
  }

  async function drive(campaign: Campaign): Promise<void> {
    const run = await open(campaign);
    // Its list was complete, and whoever was about to start it died.
    await startIfAsked(ledger, campaign.name, ledger.now());
    const outcome = await runEmbedded(run, {
      impatient: true,
      onSeat: () => onEvent({ kind: 'drives', campaign: calledInLogs(campaign) }),
      importList: () => importAndStart(run, stopping),
      stopping,
      // What was on its way is settled first; whoever resumes it makes it a campaign to drive again.
      endWhenPaused: (left) => left === 0,
    });
    onEvent({ kind: 'ended', campaign: calledInLogs(campaign), outcome });
  }

  async function join(campaign: Campaign): Promise<void> {
    const run = await open(campaign);
    const report = await tracedSlice(run, stopping);
    if (report === null || report.claimed + report.settled === 0) return;
    onEvent({ kind: 'joins', campaign: calledInLogs(campaign) });
  }

  async function look(): Promise<void> {
    const now = ledger.now();
    const campaigns = await campaignsToDrive(ledger.db);
    for (const account of new Set(campaigns.map((campaign) => campaign.account))) {
      await reclaim(ledger, account, now);
    }
    for (const campaign of campaigns) {
      if (mine.has(campaign.id) || (notBefore.get(campaign.id) ?? 0) > performance.now()) continue;
      const driver = await driverOf(ledger.db, campaign.id);
      if (driver === undefined || !isAlive(driver, now)) begin(campaign, drive);
      else if (await needsHands(ledger, campaign, now)) begin(campaign, join);
    }
  }

  try {
    await stay();
  } finally {
    await Promise.allSettled(mine.values());
  }

  async function stay(): Promise<void> {
    while (!stopping()) {
      try {
        await look();
        if (away) onEvent({ kind: 'back' });
        away = false;
      } catch (error) {
        if (!isAway(error) && !isLocked(error)) throw error;
        if (!away) onEvent({ kind: 'away' });
        away = true;
      }
      await wait(away ? AWAY_MS : LOOK_MS);
    }
  }
}

/** Reads the list into the ledger; a campaign that was asked to start then does. */
async function importAndStart(
  { ledger, campaign, clock }: Run,
  stopping: () => boolean,
): Promise<void> {
  const complete =
    campaign.kind === 'single'
      ? await importSingle(ledger, campaign, clock())
      : await importList(ledger, campaign, { clock, stopping });
  if (complete) await startIfAsked(ledger, campaign.name, clock());
}

/** A single message's name is the key that its sender chose, and may say who it is for. */
function calledInLogs({ kind, name, ref }: Campaign): string {
  return kind === 'single' ? `message ${ref}` : name;
}

/** Only where more than one slice may run, and rows are due. */
async function needsHands(ledger: Ledger, campaign: Campaign, now: number): Promise<boolean> {
  if (campaign.state !== 'running') return false;
  const { parallel } = JSON.parse(campaign.spec) as { parallel?: number };
  if ((parallel ?? 1) < 2) return false;
  if ((await stoppedUntil(ledger.db, campaign.account)).until > now) return false;
  const due = await nextDue(ledger.db, campaign.id);
  return due !== null && due <= now;
}

/** A sentence of ours where there is one; else only what kind of error it was, as its words may name a person. */
function wordsOf(error: unknown): string {
  if (isInputError(error)) return error.message;
  return error instanceof Error ? error.name : 'unknown error';
}
