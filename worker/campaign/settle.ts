import pLimit from 'p-limit';
import { findAllSent, findSent } from '../../activities';
import { ERROR_CODES, isProviderError } from '../../core/errors';
import type { Finding, Sought } from '../../providers/provider';
import { lookAgain, type OpenAttempt, SEND_WITHIN_MS, takeOpenAttempts } from '../ledger';
import { backoffMs } from './backoff';
import type { Committer } from './committer';
import type { Run } from './run';
import type { Watch } from './watch';

/** When the platform is asked, after `sendBy`; the last question comes after the settle delay. */
const LOOKS_MS = [2_000, 10_000, 30_000, 60_000] as const;
/** Look-ups at once: they share the platform with what is being sent. */
const LOOKUPS_IN_FLIGHT = 8;
/** Open attempts taken at a time. */
const BLOCK = 100;
/** Look-ups that failed themselves, before a person is asked. */
const MAX_LOOKS = 40;
/** Look-ups that were refused, before a person is asked. */
const REFUSED_LOOKS = 4;

/**
 * Finds out what became of every open attempt whose time has come, or of one row's alone. Returns how many were settled for
 * good.
 */
export async function settleDue(
  run: Run,
  committer: Committer,
  watch: Pick<Watch, 'failed' | 'succeeded'>,
  open: () => boolean,
  seq: number | null = null,
): Promise<number> {
  const lookups = pLimit(LOOKUPS_IN_FLIGHT);
  let settled = 0;
  while (open()) {
    const due = await takeOpenAttempts(run.ledger, run.campaign, BLOCK, run.clock(), seq);
    if (due.length === 0) break;
    const lookUp = lookUpOf(run, due);
    const done = await Promise.all(
      due.map((attempt) =>
        lookups(async () => {
          const over = await settleOne(run, attempt, lookUp, { committer, watch });
          if (over) run.watched.delete(attempt.attemptId);
          return over;
        }),
      ),
    );
    settled += done.filter(Boolean).length;
    await committer.drain();
  }
  return settled;
}

/**
 * Whether asking on is of no use. A platform that refuses to be asked will go on doing so, unless it is the whole account that it
 * refuses: that is repaired by somebody. One that is down comes back.
 */
async function isHopeless(
  { provider, clock }: Run,
  { looks }: OpenAttempt,
  error: unknown,
  provenAt: number,
): Promise<boolean> {
  if (looks >= MAX_LOOKS) return true;
  if (looks < REFUSED_LOOKS || clock() <= provenAt || !isProviderError(error)) return false;
  if (ERROR_CODES[error.code].retry !== 'never') return false;
  if (error.code !== 'auth_failed' || provider.ping === undefined) return true;
  return provider.ping().then(
    () => true,
    () => false,
  );
}

interface Look {
  /** When it was begun: what was listed later than that may be in it, and need not. */
  readonly asked: number;
  readonly finding: Finding;
}

/** Asks for one attempt; for all of them at once where the platform has a listing that shows them all. */
function lookUpOf(run: Run, due: readonly OpenAttempt[]): (attempt: OpenAttempt) => Promise<Look> {
  const { provider, clock } = run;
  if (provider.findAllSent === undefined) {
    return async (attempt) => {
      const asked = clock();
      const { key, trace } = soughtOf(run, attempt, asked);
      return { asked, finding: await findSent(provider, key, trace) };
    };
  }
  let all: Promise<ReadonlyMap<number, Look>> | undefined;
  const askForAll = async (): Promise<ReadonlyMap<number, Look>> => {
    const asked = clock();
    const findings = await findAllSent(
      provider,
      due.map((attempt) => soughtOf(run, attempt, asked)),
    );
    return new Map(
      due.map(({ attemptId }, at) => [attemptId, { asked, finding: findings[at] as Finding }]),
    );
  };
  return async ({ attemptId }) => {
    all ??= askForAll();
    return (await all).get(attemptId) as Look;
  };
}

function soughtOf({ inbox }: Run, attempt: OpenAttempt, until: number): Sought {
  const { key, kind, address, contactId, conversationId, watermark, startedAt: since } = attempt;
  const trace = { inbox, address: { kind, value: address }, contactId, conversationId, watermark };
  return { key, trace: { ...trace, since, until } };
}

/** True when the attempt is settled for good. */
async function settleOne(
  run: Run,
  attempt: OpenAttempt,
  lookUp: (attempt: OpenAttempt) => Promise<Look>,
  { committer, watch }: { committer: Committer; watch: Pick<Watch, 'failed' | 'succeeded'> },
): Promise<boolean> {
  if (run.policy.mutant === 'naive-retry') return absent(run, attempt, committer);
  const provenAt = provenAbsentAt(run, attempt);
  let asked: number;
  let finding: Finding;
  try {
    ({ asked, finding } = await lookUp(attempt));
  } catch (error) {
    if (await isHopeless(run, attempt, error, provenAt)) {
      const words = isProviderError(error) ? `: ${error.message}` : '';
      return park(committer, attempt, `the look-up failed every time${words}`);
    }
    const again = run.clock() + waitAfter(error, attempt.looks);
    if (isProviderError(error) && error.code === 'rate_limited') run.brake.stop(again);
    await lookAgain(run.ledger, attempt.attemptId, again);
    return false;
  }
  if (finding.kind === 'found') {
    watch.succeeded();
    for (const receipt of finding.receipts) {
      committer.land({
        seq: attempt.seq,
        attemptId: attempt.attemptId,
        to: 'sent',
        result: 'accepted',
        detail: 'found by look-up',
        messageId: receipt.messageId,
        conversationId: receipt.conversationId,
      });
    }
    return true;
  }
  if (!run.inbox.lookup)
    return park(committer, attempt, finding.kind === 'unclear' ? finding.why : 'absent');
  if (asked <= provenAt) {
    await lookAgain(run.ledger, attempt.attemptId, nextLookAt(attempt.sendBy, asked, provenAt));
    return false;
  }
  if (finding.kind === 'unclear') return park(committer, attempt, finding.why);
  // A platform that answers everybody so has refused, however it put it: that is no matter of one row. But look-ups end in
  // bunches, long after the requests, and what others sent between these is no longer seen: then it answered some.
  if (attempt.detail !== null && attempt.startedAt > run.failures.since) {
    watch.failed(attempt.detail, 'messages that the platform did not take');
  }
  return absent(run, attempt, committer);
}

/**
 * The moment from which a complete listing without the message proves that it will not come: the settle delay after its
 * `sendBy`. That moment may be wrong, as a clock that was set forward makes it look past. So this process must have
 * watched the delay pass itself, on a clock that never jumps.
 */
function provenAbsentAt({ clock, monotonic, watched, policy }: Run, attempt: OpenAttempt): number {
  const now = clock();
  let from = watched.get(attempt.attemptId);
  if (from === undefined) {
    // Whoever made it may have been about to begin just now, whatever their clock said.
    from = monotonic() + SEND_WITHIN_MS;
    watched.set(attempt.attemptId, from);
  }
  const left = from + policy.settleDelayMs - monotonic();
  return Math.max(attempt.sendBy + policy.settleDelayMs, now + left);
}

/** The listing was complete and late enough: the platform does not have it, and will not. */
function absent(run: Run, attempt: OpenAttempt, committer: Committer): boolean {
  if (run.policy.onAbsent === 'park') {
    return park(
      committer,
      attempt,
      'the platform does not list it; this account leaves that to a person',
    );
  }
  // No answer at all: whoever made it died, perhaps before its first byte.
  const died = attempt.detail === null && attempt.status === null;
  const spent = !died && attempt.number >= run.policy.maxAttempts;
  committer.land({
    seq: attempt.seq,
    attemptId: attempt.attemptId,
    result: 'absent',
    died,
    status: attempt.status,
    detail: `not on the platform; its answer was: ${attempt.detail ?? 'none'}`,
    ...(spent
      ? { to: 'failed', reason: 'unavailable' }
      : { to: 'pending', notBefore: run.clock(), tried: true }),
  });
  return true;
}

function park(committer: Committer, attempt: OpenAttempt, why: string): boolean {
  committer.land({
    seq: attempt.seq,
    attemptId: attempt.attemptId,
    result: 'unclear',
    to: 'unknown',
    reason: 'lost_answer',
    detail: why,
  });
  return true;
}

/** The next question on the schedule; the last one just after the moment from which absence is proven. */
export function nextLookAt(sendBy: number, now: number, provenAt: number): number {
  const next = LOOKS_MS.map((ms) => sendBy + ms).find((at) => at > now && at < provenAt);
  return next ?? provenAt + 50;
}

function waitAfter(error: unknown, looks: number): number {
  const asked = isProviderError(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, backoffMs(Math.min(looks, 6)));
}
