import type { Channel } from '../../core/words';
import type { Capabilities, Inbox } from '../../providers/provider';
import type { Account } from './accounts-file';
import type { CampaignFile } from './campaign-file';
import type { Found } from './findings';
import { finishTime, type Pace, paceOf } from './forecast';
import { createQuietClock, minuteOfDay } from './hours';
import { warningsOf } from './warnings';

/** What a campaign would do, wherever its rows come from. Plain data. */
export interface Conclusion
  extends Pick<Found, 'total' | 'ready' | 'skipped' | 'previews' | 'segments'> {
  readonly campaign: string;
  readonly channel: Channel;
  /** `known`: contact and conversation are in the contact book; `cold`: the platform does not know the person. */
  readonly pace: { readonly cold: Pace; readonly known: Pace };
  /** Milliseconds since the epoch; null when some people are never allowed. */
  readonly finish: { readonly cold: number | null; readonly known: number | null };
  /** Quiet hours now, most people first; empty without quiet hours. */
  readonly places: readonly {
    readonly place: string;
    readonly ready: number;
    readonly quietUntilMs: number | null;
    readonly never: boolean;
  }[];
  readonly warnings: readonly string[];
  readonly checkedAtMs: number;
}

export interface ConcludeOptions {
  readonly campaign: CampaignFile;
  readonly inbox: Inbox;
  readonly capabilities: Pick<Capabilities, 'calls' | 'limits'>;
  /** The account's own limits; they win over the provider's. */
  readonly limits: Account['limits'];
  readonly nowMs: number;
}

/** What follows from what was found: how long it takes, when it would be finished, what a person should know. */
export function conclude(
  found: Found,
  { campaign, inbox, capabilities, limits, nowMs }: ConcludeOptions,
): Conclusion {
  const pace = (calls: Capabilities['calls']['cold']): Pace =>
    paceOf({
      calls,
      defaults: capabilities.limits,
      limits,
      throttlePerSecond: campaign.throttle?.perSecond ?? null,
    });
  const cold = pace(capabilities.calls.cold);
  const known = pace(capabilities.calls.warm);
  const { quietHours } = campaign;
  const quiet =
    quietHours === undefined
      ? null
      : createQuietClock({ from: minuteOfDay(quietHours.from), to: minuteOfDay(quietHours.to) });
  const { places, broken, ...counted } = found;
  const byPlace = [...places]
    .sort((a, b) => b[1] - a[1])
    .map(([place, ready]) => {
      const state = quiet?.(place, nowMs) ?? { allowed: true as const, untilMs: 0 };
      const quietUntilMs = state.allowed ? null : state.nextMs;
      return { place, ready, quietUntilMs, never: !state.allowed && state.nextMs === null };
    });
  const result: Omit<Conclusion, 'warnings'> = {
    campaign: campaign.name,
    channel: inbox.channel,
    ...counted,
    pace: { cold, known },
    finish: {
      cold: finishTime(places, cold.perSecond, quiet, nowMs),
      known: finishTime(places, known.perSecond, quiet, nowMs),
    },
    places: quiet === null ? [] : byPlace,
    checkedAtMs: nowMs,
  };
  return { ...result, warnings: warningsOf(result, campaign, inbox, broken) };
}
