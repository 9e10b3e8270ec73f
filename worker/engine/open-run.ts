import type { Inbox } from '../../providers/provider';
import { createQuietClock, minuteOfDay } from '../campaign/hours';
import type { Run } from '../campaign/run';
import type { Spec } from '../campaign/spec';
import { type Campaign, LEASE_MS, type Ledger, type Mutant, needCampaign } from '../ledger';
import { applyRate } from '../ledger/rate';
import { openAttachments } from './attachments';
import type { Connection } from './connect';
import { holderHere } from './seat';

/** Requests in flight where nothing else is said. */
export const IN_FLIGHT = 50;
/** Every request in flight holds its own copy of the attachments. */
const BODIES_IN_FLIGHT = 64 * 1_048_576;
const MAX_ATTEMPTS = 5;
const SAME_FAILURE_IN_A_ROW = 25;
const BOOK_MS = 24 * 60 * 60_000;
/** Campaigns of which this process remembers something: single messages are many. What is forgotten is watched anew. */
const MOST_REMEMBERED = 10_000;

export interface RunOptions {
  readonly inFlight?: number;
  readonly maxRows?: number;
  readonly leaseMs?: number;
  readonly clock?: () => number;
  readonly monotonic?: () => number;
  readonly mutant?: Mutant;
}

/** Puts together what sending a campaign needs. Writes the campaign's own rate down for every process to share. */
export async function openRun(
  ledger: Ledger,
  campaign: Campaign,
  connection: Connection,
  options: RunOptions = {},
): Promise<Run> {
  const clock = options.clock ?? ledger.now;
  const memory = memoryOf(ledger, campaign.id, clock());
  await applyRate(ledger, campaign.name);
  // Asked anew: it may have been changed while a person was asked something.
  const spec = JSON.parse((await needCampaign(ledger.db, campaign.name)).spec) as Spec;
  const { account, definition, provider, brake } = connection;
  const sources = spec.attachments;
  const attachments = await openAttachments(ledger, campaign, { provider, sources });
  const bytes = attachments.reduce((sum, file) => sum + file.bytes.length, 0);
  return {
    ledger,
    campaign,
    provider,
    brake,
    inbox: JSON.parse(campaign.inbox) as Inbox,
    content: spec.content,
    optIn: spec.optIn ?? null,
    attachments,
    quiet:
      spec.quietHours === null
        ? null
        : createQuietClock({
            from: minuteOfDay(spec.quietHours.from),
            to: minuteOfDay(spec.quietHours.to),
          }),
    place:
      spec.quietHours === null || spec.quietHours.zone === 'recipient'
        ? null
        : spec.quietHours.zone,
    exclude: spec.exclude ?? null,
    failures: memory.failures,
    policy: {
      inFlight: Math.min(
        options.inFlight ?? IN_FLIGHT,
        Math.ceil(BODIES_IN_FLIGHT / Math.max(1, bytes)),
      ),
      parallel: spec.parallel,
      settleDelayMs: account.settleDelayMs ?? definition.capabilities.settleDelayMs,
      onAbsent: spec.onDoubt ?? account.onAbsent ?? definition.capabilities.onAbsent,
      maxAttempts: MAX_ATTEMPTS,
      bookMs: account.contactBookMs ?? BOOK_MS,
      failedPercent: spec.failedPercent,
      sameFailureInARow: spec.sameFailureInARow ?? SAME_FAILURE_IN_A_ROW,
      maxRows: options.maxRows ?? null,
      leaseMs: options.leaseMs ?? LEASE_MS,
      mutant: options.mutant,
    },
    clock,
    monotonic: options.monotonic ?? (() => performance.now()),
    watched: memory.watched,
    holder: holderHere(),
  };
}

/** What this process has seen of a campaign, over all the times that it took part in it. */
interface Memory {
  readonly watched: Run['watched'];
  readonly failures: Run['failures'];
}

const memories = new WeakMap<Ledger, Map<number, Memory>>();

function memoryOf(ledger: Ledger, campaignId: number, now: number): Memory {
  const all = memories.get(ledger) ?? new Map<number, Memory>();
  memories.set(ledger, all);
  const memory = all.get(campaignId) ?? {
    watched: new Map(),
    failures: { last: '', inARow: 0, since: now },
  };
  // The one that was asked for last is the last to be forgotten.
  all.delete(campaignId);
  all.set(campaignId, memory);
  const [oldest] = all.keys();
  if (all.size > MOST_REMEMBERED && oldest !== undefined) all.delete(oldest);
  return memory;
}
