import { basename } from 'node:path';
import type { Content } from '../../core/message';
import type { Channel, SkipReason } from '../../core/words';
import type { Capabilities, Inbox } from '../../providers/provider';
import type { Account } from './accounts-file';
import { type Audience, openAudience, readAudience, type Verdict } from './audience';
import type { CampaignFile } from './campaign-file';
import { createDuplicates } from './duplicates';
import { finishTime, type Pace, paceOf } from './forecast';
import { createQuietClock, minuteOfDay } from './hours';
import { InputError } from './input-error';
import { describeFormat, type List } from './list/open-list';
import { countSegments } from './segments';
import { warningsOf } from './warnings';

export interface CheckOptions {
  readonly campaign: CampaignFile;
  readonly list: List;
  readonly inbox: Inbox;
  readonly capabilities: Pick<Capabilities, 'calls' | 'limits' | 'attachments' | 'instead'>;
  /** The account's own limits; they win over the provider's. */
  readonly limits: Account['limits'];
  readonly nowMs: number;
  /** Leaves the list's own addresses out of the result (for a log or an API). */
  readonly hideAddresses?: boolean;
}

export interface SkippedRows {
  readonly reason: SkipReason;
  readonly count: number;
  /** The most frequent details, with how often each occurs. */
  readonly details: readonly { readonly detail: string; readonly count: number }[];
  /** The first five. `raw` is the cell as the list has it. */
  readonly rows: readonly {
    readonly row: number;
    readonly detail: string;
    readonly raw?: string;
  }[];
}

export interface Preview {
  readonly row: number;
  readonly which: 'first' | 'middle' | 'longest' | 'last';
  readonly text: string;
  /** Null where messages are not counted in segments. */
  readonly segments: number | null;
}

/** What a campaign would do, without anything sent. Plain data: this is the JSON of `campaign check --json`. */
export interface CheckResult {
  readonly campaign: string;
  readonly channel: Channel;
  readonly list: {
    readonly file: string;
    readonly format: string;
    readonly addressColumn: string;
  };
  readonly total: number;
  readonly ready: number;
  /** Most frequent first. */
  readonly skipped: readonly SkippedRows[];
  readonly previews: readonly Preview[];
  readonly segments: {
    readonly total: number;
    readonly max: number;
    readonly gsm7: number;
    readonly ucs2: number;
  } | null;
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

interface Skips {
  count: number;
  readonly details: Map<string, number>;
  readonly rows: { row: number; detail: string; raw?: string }[];
}

/**
 * Reads the whole list and says what would become of every row. Sends nothing, keeps nothing, and takes memory that
 * does not grow with the list but for some 25 bytes a row. Throws `InputError` when the campaign cannot run at all.
 */
export async function checkCampaign(options: CheckOptions): Promise<CheckResult> {
  const { campaign, list, inbox, capabilities, nowMs } = options;
  if (campaign.message.attachments !== undefined && capabilities.attachments === null) {
    const { attachments = 'Put a link into the text instead.' } = capabilities.instead ?? {};
    throw new InputError(`message.attachments: this platform takes no files. ${attachments}`);
  }
  const audience = openAudience({ headers: list.headers, campaign, inbox, nowMs });
  const seen = await readAll(options, audience);
  const pace = (calls: Capabilities['calls']['cold']): Pace =>
    paceOf({
      calls,
      defaults: capabilities.limits,
      limits: options.limits,
      throttlePerSecond: campaign.throttle?.perSecond ?? null,
    });
  const cold = pace(capabilities.calls.cold);
  const known = pace(capabilities.calls.warm);
  const { quietHours } = campaign;
  const quiet =
    quietHours === undefined
      ? null
      : createQuietClock({ from: minuteOfDay(quietHours.from), to: minuteOfDay(quietHours.to) });
  const places = [...seen.places]
    .sort((a, b) => b[1] - a[1])
    .map(([place, ready]) => {
      const state = quiet?.(place, nowMs) ?? { allowed: true as const, untilMs: 0 };
      const quietUntilMs = state.allowed ? null : state.nextMs;
      return { place, ready, quietUntilMs, never: !state.allowed && state.nextMs === null };
    });
  const result: Omit<CheckResult, 'warnings'> = {
    campaign: campaign.name,
    channel: inbox.channel,
    list: {
      file: basename(list.path),
      format: describeFormat(list),
      addressColumn: list.headers[audience.columns.address] ?? '',
    },
    total: seen.total,
    ready: seen.ready,
    skipped: skippedRows(seen.skips),
    previews: seen.previews(),
    segments: seen.ready > 0 && seen.segments?.total === 0 ? null : seen.segments,
    pace: { cold, known },
    finish: {
      cold: finishTime(seen.places, cold.perSecond, quiet, nowMs),
      known: finishTime(seen.places, known.perSecond, quiet, nowMs),
    },
    places: quiet === null ? [] : places,
    checkedAtMs: nowMs,
  };
  return { ...result, warnings: warningsOf(result, campaign, inbox, seen.brokenParams) };
}

async function readAll(options: CheckOptions, audience: Audience) {
  const { campaign, list, inbox } = options;
  const duplicates = createDuplicates();
  const skips = new Map<SkipReason, Skips>();
  const places = new Map<string, number>();
  const ownZone = campaign.quietHours?.zone ?? '';
  const segments = inbox.channel === 'sms' ? { total: 0, max: 0, gsm7: 0, ucs2: 0 } : null;
  const brokenParams: number[] = [];
  let total = 0;
  let ready = 0;
  let longest = -1;
  const kept: Partial<Record<'first' | 'half' | 'middle' | 'longest' | 'last', Preview>> = {};

  for await (const batch of readAudience(list, audience)) {
    for (const verdict of batch) {
      total++;
      const skip = verdict.skip ?? duplicateOf(verdict);
      if (skip === null) take(verdict);
      else leave(verdict, skip);
    }
  }
  return { total, ready, skips, places, segments, brokenParams, previews };

  function duplicateOf(verdict: Verdict): Verdict['skip'] {
    if (verdict.address === null) return null;
    const first = duplicates.add(verdict.address.value, verdict.row);
    return first === null
      ? null
      : { reason: 'duplicate', detail: `the same address as row ${first}` };
  }

  function leave(verdict: Verdict, { reason, detail }: NonNullable<Verdict['skip']>): void {
    let entry = skips.get(reason);
    if (entry === undefined)
      skips.set(reason, (entry = { count: 0, details: new Map(), rows: [] }));
    entry.count++;
    if (entry.details.size < 20 || entry.details.has(detail)) {
      entry.details.set(detail, (entry.details.get(detail) ?? 0) + 1);
    }
    if (entry.rows.length < 5) {
      const { row, raw } = verdict;
      entry.rows.push(options.hideAddresses === true ? { row, detail } : { row, detail, raw });
    }
  }

  function take(verdict: Verdict): void {
    ready++;
    const place = verdict.zone ?? ownZone;
    places.set(place, (places.get(place) ?? 0) + 1);
    const content = verdict.content ?? audience.message.constant;
    if (content === null) return;
    if (content.kind === 'template' && inbox.channel === 'whatsapp' && hasBrokenParam(content)) {
      brokenParams.push(verdict.row);
    }
    const text = previewText(content);
    // What the platform makes of a template is its own: only words that are ours can be counted.
    const ours = content.kind === 'text' || content.text !== undefined;
    const counted = segments === null || !ours ? null : countSegments(text);
    if (segments !== null && counted !== null) {
      segments.total += counted.count;
      segments.max = Math.max(segments.max, counted.count);
      segments[counted.encoding === 'GSM-7' ? 'gsm7' : 'ucs2']++;
    }
    const size = counted === null ? text.length : counted.count * 100_000 + text.length;
    const preview = (which: Preview['which']): Preview => ({
      row: verdict.row,
      which,
      text,
      segments: counted?.count ?? null,
    });
    kept.last = preview('last');
    if (ready === 1) kept.first = preview('first');
    // Where the middle is shows only at the end: of the rows 2, 4, 8 … the last but one is never far from it.
    if (ready > 1 && (ready & (ready - 1)) === 0) {
      if (kept.half !== undefined) kept.middle = kept.half;
      kept.half = preview('middle');
    }
    if (size > longest) {
      longest = size;
      kept.longest = preview('longest');
    }
  }

  function previews(): Preview[] {
    const { first, middle, half, longest: most, last } = kept;
    // The last one stands in where one row is two of the others.
    const chosen = [first, middle ?? half, most, last].filter((preview) => preview !== undefined);
    return chosen
      .filter((preview, i) => chosen.findIndex(({ row }) => row === preview.row) === i)
      .slice(0, 3);
  }
}

function skippedRows(skips: ReadonlyMap<SkipReason, Skips>): SkippedRows[] {
  return [...skips]
    .map(([reason, { count, details, rows }]) => ({
      reason,
      count,
      details: [...details]
        .map(([detail, times]) => ({ detail, count: times }))
        .sort((a, b) => b.count - a.count)
        .slice(0, 5),
      rows,
    }))
    .sort((a, b) => b.count - a.count);
}

function previewText(content: Content): string {
  if (content.kind === 'text') return content.text;
  if (content.text !== undefined) return content.text;
  const values = Object.entries(content.params).map(([name, value]) => `${name}: ${value}`);
  return [`Template ${content.name}`, ...values].join('\n');
}

/** WhatsApp refuses line breaks, tabs and more than four spaces in a row inside template values. */
function hasBrokenParam(content: Extract<Content, { kind: 'template' }>): boolean {
  return Object.values(content.params).some((value) => /[\n\r\t]| {5}/.test(value));
}
