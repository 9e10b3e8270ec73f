import type { CampaignFile } from './campaign-file';

export interface Consent {
  /** Where the evidence comes from, as the campaign file states it. */
  readonly method: string;
  readonly detail: string | null;
  /** The cell's own words; null where the whole list was stated to have opted in. */
  readonly evidence: string | null;
  /** The day of the opt-in, YYYY-MM-DD, where the cell says so without doubt. */
  readonly on: string | null;
}

/**
 * The whole of a row's consent again: from the words of its cell, which is all that a row keeps, and from what its
 * campaign states of all. Null where there is none.
 */
export function consentOf(
  stated: CampaignFile['consent'],
  evidence: string | null,
): Consent | null {
  // With a column, a row without evidence was not taken for opted in.
  if (stated === undefined || (stated.column !== undefined && evidence === null)) return null;
  const { method, detail = null } = stated;
  const on = evidence === null ? null : (readDate(evidence)?.on ?? null);
  return { method, detail, evidence, on };
}

export type ConsentVerdict =
  | { readonly given: true; readonly evidence: string; readonly on: string | null }
  | { readonly given: false; readonly detail: string };

const YES = new Set(
  [
    ...['yes', 'y', 'true', 't', '1', 'x', 'on', 'ok', 'optin', 'optedin', 'subscribed', 'agreed'],
    ...['ja', 'j', 'wahr', 'oui', 'vrai', 'si', 's', 'verdadero', 'sim', 'verdadeiro', 'vero'],
    ...[
      'tak',
      'ano',
      'evet',
      'da',
      'да',
      'ναι',
      'igen',
      'kyllä',
      'نعم',
      'כן',
      'हाँ',
      '是',
      'はい',
      '예',
    ],
  ].map(wordOf),
);
const TICKS = new Set(['✓', '✔', '✔️', '☑', '☑️', '✅', '√']);

const ISO = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?$/;
const DAY_OR_MONTH_FIRST = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[, T]+\d{1,2}:\d{2}.*)?$/;

/**
 * Whether a cell is evidence of an opt-in: a word for yes, a tick, or the date of the opt-in. Everything else is not,
 * nor is a date that lies in the future. `nowMs` is milliseconds since the epoch.
 */
export function readConsent(cell: string, nowMs: number): ConsentVerdict {
  const text = cell.trim();
  if (text === '') return { given: false, detail: 'the cell is empty' };
  if (TICKS.has(text) || YES.has(wordOf(text))) return { given: true, evidence: text, on: null };
  const date = readDate(text);
  if (date === null) return { given: false, detail: 'neither a yes nor a date' };
  // A day's grace: it may be tomorrow already where the person is.
  if (date.earliestMs > nowMs + 86_400_000) {
    return { given: false, detail: 'the date is in the future' };
  }
  return { given: true, evidence: text, on: date.on };
}

/** Without case, accents and the gap of "opt-in"; other signs stay, as "yes?" and "-1" are no yes. */
function wordOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/(?<=\p{L})[\s_-]+(?=\p{L})/gu, '')
    .replace(/[.!]+$/, '');
}

/** 03/04/2026 may be March or April: it counts as a date, and which one stays open. */
function readDate(text: string): { on: string | null; earliestMs: number } | null {
  const iso = ISO.exec(text);
  if (iso !== null) return day(iso[1], iso[2], iso[3]);
  const other = DAY_OR_MONTH_FIRST.exec(text);
  if (other === null) return null;
  const dayFirst = day(other[4], other[3], other[1]);
  const monthFirst =
    other[2] === '/' || other[2] === '-' ? day(other[4], other[1], other[3]) : null;
  if (dayFirst === null || monthFirst === null || dayFirst.on === monthFirst.on) {
    return dayFirst ?? monthFirst;
  }
  return { on: null, earliestMs: Math.min(dayFirst.earliestMs, monthFirst.earliestMs) };
}

function day(
  year: string | undefined,
  month: string | undefined,
  date: string | undefined,
): { on: string; earliestMs: number } | null {
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(date));
  const on = Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 10);
  // 31 February rolls over; then it was no date.
  const written = `${year}-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
  return on === written ? { on, earliestMs: ms } : null;
}
