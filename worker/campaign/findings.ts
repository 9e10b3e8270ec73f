import type { Content } from '../../core/message';
import type { SkipReason } from '../../core/words';
import type { Inbox } from '../../providers/provider';
import type { Verdict } from './audience';
import type { CampaignFile } from './campaign-file';
import { countSegments } from './segments';

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

interface Skips {
  count: number;
  readonly details: Map<string, number>;
  readonly rows: { row: number; detail: string; raw?: string }[];
}

/** A row that was judged, as a list or the ledger has it. */
export type FoundRow = Pick<Verdict, 'row' | 'raw' | 'zone' | 'content'>;

export interface FindingsOptions {
  readonly campaign: CampaignFile;
  readonly inbox: Inbox;
  /** What everybody gets who has no content of their own. */
  readonly constant: Content | null;
  /** Leaves the list's own addresses out of the result. */
  readonly hideAddresses: boolean;
}

export interface Found {
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
  /** Ready people by where they are. */
  readonly places: ReadonlyMap<string, number>;
  /** Rows with values that WhatsApp refuses, and the first of them. */
  readonly broken: { readonly count: number; readonly rows: readonly number[] };
}

/** Collects what becomes of rows, one by one, in memory that does not grow with them. */
export function createFindings({ campaign, inbox, constant, hideAddresses }: FindingsOptions) {
  const skips = new Map<SkipReason, Skips>();
  const places = new Map<string, number>();
  const ownZone = campaign.quietHours?.zone ?? '';
  const segments = inbox.channel === 'sms' ? { total: 0, max: 0, gsm7: 0, ucs2: 0 } : null;
  const broken = { count: 0, rows: [] as number[] };
  let total = 0;
  let ready = 0;
  let longest = -1;
  const kept: Partial<Record<'first' | 'half' | 'middle' | 'longest' | 'last', Preview>> = {};

  function leave(verdict: FoundRow, { reason, detail }: NonNullable<Verdict['skip']>): void {
    total++;
    let entry = skips.get(reason);
    if (entry === undefined)
      skips.set(reason, (entry = { count: 0, details: new Map(), rows: [] }));
    entry.count++;
    if (entry.details.size < 20 || entry.details.has(detail)) {
      entry.details.set(detail, (entry.details.get(detail) ?? 0) + 1);
    }
    if (entry.rows.length < 5) {
      const { row, raw } = verdict;
      entry.rows.push(hideAddresses ? { row, detail } : { row, detail, raw });
    }
  }

  function take(verdict: FoundRow): void {
    total++;
    ready++;
    const place = verdict.zone ?? ownZone;
    places.set(place, (places.get(place) ?? 0) + 1);
    const content = verdict.content ?? constant;
    if (content === null) return;
    if (content.kind === 'template' && inbox.channel === 'whatsapp' && hasBrokenParam(content)) {
      broken.count++;
      if (broken.rows.length < 5) broken.rows.push(verdict.row);
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

  return {
    take,
    leave,
    found: (): Found => ({
      total,
      ready,
      skipped: skippedRows(skips),
      previews: previews(),
      segments: ready > 0 && segments?.total === 0 ? null : segments,
      places,
      broken,
    }),
  };
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
