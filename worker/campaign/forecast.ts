import { CALL_KINDS, type CallKind } from '../../core/words';
import type { Capabilities } from '../../providers/provider';
import type { Account } from './accounts-file';
import type { Allowed } from './hours';

export interface Pace {
  /** Calls per recipient, by kind. */
  readonly calls: Readonly<Partial<Record<CallKind, number>>>;
  /** Recipients per second; null when nothing limits it but the platform's answers. */
  readonly perSecond: number | null;
  /** The kind of call, or `throttle`, that sets the pace. */
  readonly limitedBy: CallKind | 'throttle' | null;
}

export interface PaceOptions {
  readonly calls: readonly CallKind[];
  /** The provider's defaults, per second. */
  readonly defaults: Capabilities['limits'];
  /** The account's own, which win; null is none. */
  readonly limits: Account['limits'];
  readonly throttlePerSecond: number | null;
}

/** How fast recipients can be served when each takes these calls and every kind of call has its own limit. */
export function paceOf(options: PaceOptions): Pace {
  const calls: Partial<Record<CallKind, number>> = {};
  for (const kind of options.calls) calls[kind] = (calls[kind] ?? 0) + 1;
  let perSecond = options.throttlePerSecond ?? Number.POSITIVE_INFINITY;
  let limitedBy: Pace['limitedBy'] = options.throttlePerSecond === null ? null : 'throttle';
  for (const kind of CALL_KINDS) {
    const times = calls[kind];
    const own = options.limits[kind];
    const limit = own === undefined ? options.defaults[kind] : own;
    if (times === undefined || limit === undefined || limit === null) continue;
    if (limit / times < perSecond) {
      perSecond = limit / times;
      limitedBy = kind;
    }
  }
  return { calls, perSecond: Number.isFinite(perSecond) ? perSecond : null, limitedBy };
}

/**
 * When everybody would be served, in milliseconds since the epoch, waiting through quiet hours; null when some place
 * has no allowed hour. `people` counts them by place; `quiet` is null without quiet hours.
 */
export function finishTime(
  people: ReadonlyMap<string, number>,
  perSecond: number | null,
  quiet: ((place: string, nowMs: number) => Allowed) | null,
  nowMs: number,
): number | null {
  const rate = (perSecond ?? Number.POSITIVE_INFINITY) / 1000;
  const left = new Map(people);
  let at = nowMs;
  while (left.size > 0) {
    const open: string[] = [];
    let changes = Number.POSITIVE_INFINITY;
    for (const place of left.keys()) {
      const state = quiet?.(place, at) ?? { allowed: true, untilMs: Number.POSITIVE_INFINITY };
      if (state.allowed) open.push(place);
      const next = state.allowed ? state.untilMs : state.nextMs;
      if (next === null) return null;
      changes = Math.min(changes, next);
    }
    const waiting = open.reduce((sum, place) => sum + (left.get(place) ?? 0), 0);
    const needed = waiting === 0 ? 0 : waiting / rate;
    if (at + needed <= changes) {
      for (const place of open) left.delete(place);
      at = open.length === 0 ? changes : at + needed;
      continue;
    }
    // Rows are taken in the order of the list, so the open places share what the time allows.
    const share = ((changes - at) * rate) / waiting;
    for (const place of open) left.set(place, (left.get(place) ?? 0) * (1 - share));
    at = changes;
  }
  return at;
}
