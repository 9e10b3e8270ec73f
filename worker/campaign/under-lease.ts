import pLimit from 'p-limit';
import { end, type Lease, needCampaign, renew } from '../ledger';
import { type Committer, createCommitter } from './committer';
import { createPace } from './pace';
import { messageScopes, type Run } from './run';
import type { Slice, Steps } from './send-row';
import { unlessBusy } from './unless-busy';
import { createWatch, type Watch } from './watch';

/** How long a listing of blocked contacts is believed. */
const BLOCKED_MS = 60_000;
/** Attempt ids follow from their lease: unique without asking the database. */
const ATTEMPTS_PER_LEASE = 2 ** 22;

export interface Held {
  readonly committer: Committer;
  readonly watch: Watch;
  /** False when the lease ended: what was claimed under it may be another's. */
  held(): boolean;
}

/**
 * Works under a lease, which is renewed meanwhile, and ends it when every result is recorded.
 *
 * @throws whatever `use` throws, and the ledger's error when results cannot be recorded.
 */
export async function underLease<T>(
  run: Run,
  lease: Lease,
  use: (held: Held) => Promise<T>,
): Promise<T> {
  const { ledger, campaign, clock, policy } = run;
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
  try {
    return await use({ committer, watch, held: () => held });
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

/** What rows that are claimed under a lease share. */
export async function openHands(
  run: Run,
  lease: Lease,
  { committer, watch }: Pick<Held, 'committer' | 'watch'>,
  steps: Steps | null = null,
): Promise<Slice> {
  const { inFlight } = run.policy;
  return {
    run,
    committer,
    watch,
    preparing: pLimit(inFlight),
    delivering: pLimit(inFlight),
    // The runs of single messages are many and short: for them the listing is the account's.
    blocked: await blockedContacts(run, steps === null ? run : run.provider),
    // Asked anew: it may have been noticed since this run was put together.
    restoredAt: (await needCampaign(run.ledger.db, run.campaign.name)).restored_at,
    nextAttempt: counter(lease.id * ATTEMPTS_PER_LEASE),
    pace: createPace(inFlight, committer),
    steps,
  };
}

const blockedLists = new WeakMap<
  object,
  { readonly at: number; readonly ids: ReadonlySet<string> }
>();

/** One listing a minute instead of one call a warm recipient. Null where the platform cannot say. */
async function blockedContacts(run: Run, of: object): Promise<ReadonlySet<string> | null> {
  const { provider } = run;
  if (provider.listBlocked === undefined) return null;
  const known = blockedLists.get(of);
  if (known !== undefined && run.clock() - known.at < BLOCKED_MS) return known.ids;
  try {
    const ids = await provider.listBlocked();
    blockedLists.set(of, { at: run.clock(), ids });
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
