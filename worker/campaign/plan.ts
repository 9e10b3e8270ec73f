import type { CampaignState } from '../../core/words';

/** What the plan is made from: counters and times, nothing of anybody. */
export interface View {
  readonly state: CampaignState;
  readonly why: string | null;
  readonly sealed: boolean;
  readonly pending: number;
  readonly claimed: number;
  readonly sending: number;
  /** When the next waiting row is due, or null. */
  readonly nextDueAt: number | null;
  /** The campaign in which people are in work that this one waits for, or null. */
  readonly heldBy?: string | null;
  /** When the next open attempt is to be looked up, or null. */
  readonly nextLookAt: number | null;
  /** The account stays away from the platform until then (0: it does not). */
  readonly stoppedUntil: number;
  readonly parallel: number;
  /** How long it waits at the most without asking again; an engine that is told of changes may wait longer. */
  readonly longestWaitMs?: number;
}

export type Plan =
  | { readonly kind: 'import' }
  | { readonly kind: 'run'; readonly slices: number }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly why: string }
  | { readonly kind: 'paused'; readonly why: string }
  | { readonly kind: 'end'; readonly outcome: 'finished' | 'cancelled' };

/** Where nothing is said: control and other processes' work are noticed then. */
const LONGEST_WAIT_MS = 60_000;
/** Rows that somebody holds may come back at any time: at the latest when the lease of one that is gone has ended. */
const CLAIMED_WAIT_MS = 10_000;

/** What a campaign does next. Pure: the same view and moment give the same plan, on every engine. */
export function plan(view: View, now: number): Plan {
  if (view.state === 'paused') return { kind: 'paused', why: view.why ?? 'paused' };
  if (view.state === 'ready') return { kind: 'paused', why: 'not started' };
  if (view.state === 'importing')
    return view.sealed ? { kind: 'paused', why: 'not started' } : { kind: 'import' };
  const open = view.claimed + view.sending;
  if (view.state !== 'running') {
    if (open > 0) return settleOrWait(view, now);
    return { kind: 'end', outcome: view.state };
  }
  if (!view.sealed) return { kind: 'import' };
  if (view.pending + open === 0) return { kind: 'end', outcome: 'finished' };
  const due = view.nextDueAt !== null && view.nextDueAt <= now;
  if (due && view.stoppedUntil <= now) return { kind: 'run', slices: view.parallel };
  return settleOrWait(view, now);
}

function settleOrWait(view: View, now: number): Plan {
  // While the account stays away from the platform, nothing is looked up either.
  const look = view.nextLookAt === null ? null : Math.max(view.nextLookAt, view.stoppedUntil);
  if (look !== null && look <= now) return { kind: 'run', slices: 1 };
  const due = view.nextDueAt === null ? null : Math.max(view.nextDueAt, view.stoppedUntil);
  const moments = [look, due].filter((at) => at !== null);
  const longest = view.longestWaitMs ?? LONGEST_WAIT_MS;
  const next = Math.min(
    ...moments,
    now + (view.claimed > 0 ? Math.min(longest, CLAIMED_WAIT_MS) : longest),
  );
  return { kind: 'wait', untilMs: next, why: reason(view, now) };
}

function reason(view: View, now: number): string {
  if (view.stoppedUntil > now) return 'the platform asked to wait';
  if (view.sending > 0)
    return `settling ${view.sending} lost ${view.sending === 1 ? 'answer' : 'answers'}`;
  if (view.claimed > 0) return 'rows held by another process, or by one that is gone';
  if (view.heldBy != null)
    return `the same people are in work in ${view.heldBy}; if nobody runs that, resume it or start a worker`;
  return 'the next rows are not due yet';
}
