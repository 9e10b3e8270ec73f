import pLimit from 'p-limit';
import {
  type Claimed,
  claim,
  end,
  type Lease,
  needCampaign,
  openSlice,
  renew,
  stoppedUntil,
} from '../ledger';
import { createCommitter } from './committer';
import { createLanes } from './lanes';
import { createPace } from './pace';
import { messageScopes, type Run } from './run';
import { type Slice, sendRow } from './send-row';
import { settleDue } from './settle';
import { unlessBusy } from './unless-busy';
import { createWatch } from './watch';

/** A slice ends after a minute, so that the plan is asked again. */
const SLICE_MS = 60_000;
/** The most rows that are held at once. */
const BLOCK = 1_000;
/** Rows are claimed for about a second of work: what one slice holds, no other can send. */
const SHORT_MS = 500;
const LONG_MS = 2_000;
/** Attempt ids of a slice follow from its lease: unique without asking the database. */
const ATTEMPTS_PER_LEASE = 2 ** 22;

export interface SliceReport {
  readonly claimed: number;
  readonly settled: number;
}

/**
 * Runs a minute of sending: settles what is open, then claims due rows, block after block, and takes each through
 * contact, conversation, gate and message, with a bounded number of requests in flight. Ends early when nothing is due,
 * when the campaign is halted, or when `stopping` says so; what is in flight is finished and recorded. Null when as many
 * slices as the campaign may have are open already, here or elsewhere.
 *
 * @throws LedgerError and the like when results cannot be recorded; open attempts are settled by the next slice.
 */
export async function runSlice(run: Run, stopping: () => boolean): Promise<SliceReport | null> {
  const { ledger, campaign, clock, policy } = run;
  const lease = await openSlice(ledger, campaign.id, {
    holder: run.holder,
    now: clock(),
    leaseMs: policy.leaseMs,
    most: policy.parallel,
  });
  if (lease === null) return null;
  const committer = createCommitter({
    ledger,
    campaign,
    inboxId: run.inbox.id,
    lease,
    scopes: messageScopes(campaign),
    noneAhead: !run.inbox.lookup,
    mutant: policy.mutant,
    clock,
  });
  const watch = createWatch(run);
  let held = true;
  const keep = async () => {
    held &&= await renew(ledger, lease.id, clock(), policy.leaseMs);
  };
  const renewals = [unlessBusy(keep), unlessBusy(() => watch.look())];
  const renewal = setInterval(() => {
    for (const errand of renewals) errand();
  }, policy.leaseMs / 5);

  const halted = (): boolean =>
    !held || stopping() || watch.halted() || run.brake.until() > clock();
  try {
    // Another process may have been asked to wait.
    run.brake.stop((await stoppedUntil(ledger.db, campaign.account)).until);
    const settled = await settleDue(run, committer, watch, () => !halted());
    const slice: Slice = {
      run,
      committer,
      watch,
      preparing: pLimit(policy.inFlight),
      delivering: pLimit(policy.inFlight),
      blocked: await blockedContacts(run),
      // Asked anew: it may have been noticed since this run was put together.
      restoredAt: (await needCampaign(ledger.db, campaign.name)).restored_at,
      nextAttempt: counter(lease.id * ATTEMPTS_PER_LEASE),
      pace: createPace(policy.inFlight, committer),
    };
    // The minute is one of sending: what came before it does not count.
    const began = performance.now();
    const claimed = await sendDue(
      slice,
      lease,
      () => !halted() && performance.now() - began < SLICE_MS,
    );
    return { claimed, settled };
  } finally {
    try {
      // Also after an error: a proof in hand must not be lost with it. Meanwhile nobody else is to take its rows up.
      await committer.drain();
    } finally {
      clearInterval(renewal);
      await end(ledger, lease.id).catch(() => undefined);
    }
  }
}

/** Claims and sends until nothing is due or `open` turns false. Returns how many rows were claimed. */
async function sendDue(slice: Slice, lease: Lease, open: () => boolean): Promise<number> {
  const { run, committer, pace } = slice;
  const bound = run.policy.maxRows ?? Number.POSITIVE_INFINITY;
  const lanes = createLanes();
  const { inFlight } = run.policy;
  let claimed = 0;
  let size = Math.min(BLOCK, 2 * inFlight);
  /** The next block, claimed while the last rows of this one begin: nothing in flight waits for a claim. */
  let ahead: Promise<Claimed[]> | null = null;

  async function take(): Promise<Claimed[]> {
    const rows = await claim(
      run.ledger,
      run.campaign,
      run.inbox.id,
      lease,
      Math.min(size, bound - claimed),
      run.clock(),
      run.exclude,
    );
    claimed += rows.length;
    return rows;
  }

  const watchman = setInterval(() => {
    // Rows that wait for a token are let go when the slice is to end: they would hold it up.
    if (!open()) committer.release();
  }, 100);
  try {
    while (open() && (claimed < bound || ahead !== null)) {
      const rows = await (ahead ?? take());
      ahead = null;
      const began = performance.now();
      if (rows.length === 0) {
        // Rows that come back soon (a missing conversation, a short wait) belong to this slice still.
        if (lanes.busy() === 0) break;
        await lanes.one();
      }
      const full = rows.length === size;
      for (const [at, row] of rows.entries()) {
        if (full && at === rows.length - inFlight && open() && claimed < bound) {
          ahead = take();
          // Heard when it is awaited; until then a refusal must not end the process.
          ahead.catch(() => undefined);
        }
        while (lanes.busy() >= pace.width()) await lanes.one();
        if (open()) lanes.start(sendRow(slice, row));
        else committer.land({ seq: row.seq, attemptId: null, to: 'pending' });
      }
      const took = performance.now() - began;
      if (took < SHORT_MS) size = Math.min(BLOCK, 2 * size);
      else if (took > LONG_MS) size = Math.max(inFlight, Math.floor(size / 2));
    }
  } finally {
    if (!open()) committer.release();
    for (const { seq } of (await ahead?.catch(() => [])) ?? []) {
      committer.land({ seq, attemptId: null, to: 'pending' });
    }
    await lanes.all();
    clearInterval(watchman);
  }
  return claimed;
}

const blockedLists = new WeakMap<Run, { readonly at: number; readonly ids: ReadonlySet<string> }>();

/** One listing a minute instead of one call a warm recipient. Null where the platform cannot say. */
async function blockedContacts(run: Run): Promise<ReadonlySet<string> | null> {
  if (run.provider.listBlocked === undefined) return null;
  const known = blockedLists.get(run);
  if (known !== undefined && run.clock() - known.at < SLICE_MS) return known.ids;
  try {
    const ids = await run.provider.listBlocked();
    blockedLists.set(run, { at: run.clock(), ids });
    return ids;
  } catch {
    return null;
  }
}

function counter(from: number): () => number {
  let next = from;
  return () => {
    next += 1;
    return next;
  };
}
