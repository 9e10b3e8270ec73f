import { type Claimed, claim, type Lease, openSlice, stoppedUntil } from '../ledger';
import { createLanes } from './lanes';
import type { Run } from './run';
import { type Slice, sendRow } from './send-row';
import { settleDue } from './settle';
import { openHands, underLease } from './under-lease';

/** A slice ends after a minute, so that the plan is asked again. */
const SLICE_MS = 60_000;
/** The most rows that are held at once. */
const BLOCK = 1_000;
/** Rows are claimed for about a second of work: what one slice holds, no other can send. */
const SHORT_MS = 500;
const LONG_MS = 2_000;

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
  return underLease(run, lease, async ({ committer, watch, held }) => {
    const halted = (): boolean =>
      !held() || stopping() || watch.halted() || run.brake.until() > clock();
    // Another process may have been asked to wait.
    run.brake.stop((await stoppedUntil(ledger.db, campaign.account)).until);
    const settled = await settleDue(run, committer, watch, () => !halted());
    const slice = await openHands(run, lease, { committer, watch });
    // The minute is one of sending: what came before it does not count.
    const began = performance.now();
    const claimed = await sendDue(
      slice,
      lease,
      () => !halted() && performance.now() - began < SLICE_MS,
    );
    return { claimed, settled };
  });
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
