import type { CampaignState } from '../../core/words';
import { whyOf } from '../campaign/impersonal';
import { createRateMeter, type RateMeter } from '../campaign/progress';
import { waitsFor } from '../campaign/waiting-for';
import {
  type Campaign,
  type Counts,
  type Engine,
  type Intake,
  type Ledger,
  needCampaign,
  type Orchestrate,
  type Tally,
  tally,
} from '../ledger';
import { accountRate } from '../ledger/rate';
import { doneOfRunning } from '../ledger/running';

/** How a campaign stands, as the API and the dashboard show it. Times are ISO 8601 in UTC. */
export interface CampaignStatus {
  readonly name: string;
  /** What it is called in histories and events. */
  readonly ref: string;
  readonly state: CampaignState;
  /** Why it is paused, or why its list could not be read; for a person. */
  readonly why: string | null;
  readonly pausedBy: 'operator' | 'interrupt' | 'self' | null;
  readonly account: string;
  readonly engine: Engine;
  readonly orchestrate: Orchestrate;
  /** How its audience comes in over HTTP; null: from a file of the machine's own. */
  readonly intake: Intake | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expiresAt: string | null;
  /** Whether all its rows are in: only then can it end. */
  readonly sealed: boolean;
  /** Rows that are in. */
  readonly imported: number;
  readonly counts: Counts;
  /** Of skipped, failed and unknown rows, most frequent first. */
  readonly reasons: Tally['reasons'];
  /** What the platform told of messages. */
  readonly delivery: Tally['delivery'];
  /** Rows that become final per second: `now` as measured lately, null while that cannot be told; `limit` by throttle and account. */
  readonly rate: { readonly now: number | null; readonly limit: number | null };
  readonly finishAt: string | null;
  /** What it does or waits for when it does not send. */
  readonly waitingFor: { readonly why: string; readonly until: string | null } | null;
  /** The rate of the last minutes, oldest first. */
  readonly samples: readonly { readonly at: string; readonly perSecond: number }[];
}

/** Measures the campaigns that run, and tells how each stands. */
export interface Status {
  /** @throws LedgerError when there is no campaign of that name. */
  of(name: string): Promise<CampaignStatus>;
  /** Ends the measuring. */
  close(): void;
}

/** How often it is measured. */
const EVERY_MS = 2_000;
/** Samples that are kept of a campaign: ten minutes. */
const SAMPLES = 300;
/** Campaigns that are measured. */
const MOST = 200;

interface Measured {
  readonly rate: RateMeter;
  now: number | null;
  /** When it was seen running last. */
  at: number;
  readonly samples: { readonly at: number; readonly perSecond: number }[];
}

/** Measures every two seconds, in this process, in bounded memory. */
export function createStatus(ledger: Ledger): Status {
  const measured = new Map<number, Measured>();
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const at = Date.now();
    for (const { campaignId, done } of await doneOfRunning(ledger.db, MOST)) {
      const one = measured.get(campaignId) ?? begun();
      // A pause is not a slow time.
      if (at - one.at > 3 * EVERY_MS) one.rate.add(at, done, false);
      one.at = at;
      one.now = one.rate.add(at, done, true);
      if (one.now !== null) one.samples.push({ at, perSecond: one.now });
      if (one.samples.length > SAMPLES) one.samples.shift();
      measured.delete(campaignId);
      measured.set(campaignId, one);
    }
    for (const id of measured.keys()) {
      if (measured.size <= MOST) break;
      measured.delete(id);
    }
  }

  const timer = setInterval(() => {
    // A ledger that is slow or away is asked one thing at a time.
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
  }, EVERY_MS);
  timer.unref();

  return {
    async of(name) {
      const campaign = await needCampaign(ledger.db, name);
      const counted = await tally(ledger.db, campaign.id);
      const waiting = await waitsFor(ledger, campaign);
      const limit = await limitOf(ledger, campaign);
      const one = measured.get(campaign.id);
      const fresh = one !== undefined && Date.now() - one.at < 3 * EVERY_MS;
      const now = campaign.state === 'running' && fresh ? one.now : null;
      return {
        ...describeCampaign(campaign),
        ...counted,
        rate: { now, limit },
        finishAt: finishOf(campaign, counted.counts, now),
        waitingFor: waiting === null ? null : { why: waiting.why, until: iso(waiting.until) },
        samples: (one?.samples ?? []).map(({ at, perSecond }) => ({ at: isoOf(at), perSecond })),
      };
    },
    close: () => clearInterval(timer),
  };
}

function begun(): Measured {
  return { rate: createRateMeter(), now: null, at: Date.now(), samples: [] };
}

/** What is known of a campaign without counting anything. */
export function describeCampaign(campaign: Campaign) {
  const { name, ref, state, account, engine, orchestrate, intake, imported, sealed } = campaign;
  return {
    ...{ name, ref, state },
    why: whyOf(campaign),
    pausedBy: campaign.paused_by,
    ...{ account, engine, orchestrate, intake },
    createdAt: isoOf(campaign.created_at),
    startedAt: iso(campaign.started_at),
    endedAt: iso(campaign.ended_at),
    expiresAt: iso(campaign.expires_at),
    sealed: sealed === 1,
    imported,
  };
}

/** By its own throttle and its account, whichever is less; null: nothing is known to bound it. */
async function limitOf(ledger: Ledger, { spec, account }: Campaign): Promise<number | null> {
  const own = (JSON.parse(spec) as { perSecond?: number | null }).perSecond ?? Infinity;
  const least = Math.min(own, (await accountRate(ledger.db, account)) ?? Infinity);
  return Number.isFinite(least) ? least : null;
}

function finishOf({ state }: Campaign, counts: Counts, perSecond: number | null): string | null {
  const left = counts.pending + counts.claimed + counts.sending;
  if (state !== 'running' || perSecond === null || perSecond === 0 || left === 0) return null;
  return isoOf(Date.now() + (left / perSecond) * 1_000);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}

/** A moment so far ahead that no date has it is as good as never. */
function isoOf(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString();
}
