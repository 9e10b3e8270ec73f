import type { Provider } from '../../providers/provider';
import { createBrake } from '../../worker/campaign/brake';
import type { Policy, Run } from '../../worker/campaign/run';
import { runSlice, type SliceReport } from '../../worker/campaign/slice';
import type { Campaign, Ledger } from '../../worker/ledger';
import { tally } from '../../worker/ledger';
import { INBOX } from './fake-platform';

/** A clock that only the test moves. */
export interface MovedClock {
  (): number;
  forward(ms: number): void;
  /** As an administrator sets it, forth or back. */
  set(ms: number): void;
}

export function movedClock(start = 1_000_000): MovedClock {
  let now = start;
  const clock = () => now;
  return Object.assign(clock, {
    forward(ms: number) {
      now += ms;
    },
    set(ms: number) {
      now = ms;
    },
  });
}

/**
 * A worker's lease in these tests: so long that its renewal, which goes by a real timer, comes too late to matter, and
 * shorter than a slice, so that a clock moved past it does not end the slice by itself.
 */
export const LONG_LEASE_MS = 50_000;
export const SETTLE_DELAY_MS = 90_000;
/** From a gate until an absence is proof. */
export const PROVEN_AFTER_MS = 2_000 + SETTLE_DELAY_MS + 100;

export interface Worker {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly provider: Provider;
  readonly clock: () => number;
  readonly policy?: Partial<Policy>;
  readonly more?: Partial<Run>;
}

/** What one process needs to send a campaign, with nothing of its own but what the test gave it. */
export function scriptedRun({
  ledger,
  campaign,
  provider,
  clock,
  policy = {},
  more = {},
}: Worker): Run {
  return {
    ledger,
    campaign,
    provider,
    brake: createBrake(() => undefined),
    inbox: INBOX,
    content: { kind: 'text', text: 'Your order is ready.' },
    optIn: null,
    attachments: [],
    quiet: null,
    place: null,
    exclude: null,
    failures: { last: '', inARow: 0, since: 0 },
    policy: {
      inFlight: 10,
      // Two workers at once are what these tests are about.
      parallel: 10,
      settleDelayMs: SETTLE_DELAY_MS,
      onAbsent: 'resend',
      maxAttempts: 5,
      bookMs: 86_400_000,
      failedPercent: null,
      sameFailureInARow: 25,
      maxRows: null,
      leaseMs: LONG_LEASE_MS,
      ...policy,
    },
    clock,
    monotonic: clock,
    watched: watchedAllAlong(),
    holder: 'test',
    ...more,
  };
}

/** As in a process that has watched every open attempt for long: the wall clock alone decides. `clock-steps` has the other. */
function watchedAllAlong(): Map<number, number> {
  return Object.assign(new Map<number, number>(), { get: () => Number.NEGATIVE_INFINITY });
}

/** One slice of a worker, to its end. */
export async function slice(worker: Worker): Promise<SliceReport> {
  const report = await runSlice(scriptedRun(worker), () => false);
  if (report === null) throw new Error('no slice may be opened');
  return report;
}

/**
 * A slice that claims one row and then no more: where the test lets it stand still, no claim of its is on its way that
 * could take the row again.
 */
export const oneRow = (worker: Worker): Promise<SliceReport> =>
  slice({ ...worker, policy: { ...worker.policy, maxRows: 1 } });

/** A campaign's rows, in the list's order. */
export const rowsOf = (ledger: Ledger, { id }: Campaign) =>
  ledger.db
    .selectFrom('recipients')
    .select(['state', 'reason', 'message_id', 'attempts', 'attempt_id', 'not_before', 'contact_id'])
    .where('campaign_id', '=', id)
    .orderBy('seq')
    .execute();

/** What became of each attempt, in the order of their gates. */
export const attemptsOf = (ledger: Ledger, { id }: Campaign) =>
  ledger.db
    .selectFrom('attempts')
    .select(['id', 'seq', 'result', 'message_id', 'send_by'])
    .where('campaign_id', '=', id)
    .orderBy('started_at')
    .orderBy('id')
    .execute();

/** Messages that were counted as a second one for the same person. */
export const doublesOf = async (ledger: Ledger, { id }: Campaign): Promise<number> =>
  (await tally(ledger.db, id)).counts.double;
