import type { RecipientState } from '../../core/words';
import { type Campaign, type Ledger, type ResultRow, resultsPage } from '../ledger';
import { type Consent, consentOf } from './consent';
import type { FileSpec } from './from-file';

/** Rows that are in memory at once. */
const PAGE = 2_000;

type Shown = Omit<ResultRow, 'consent'> & { readonly consent: Consent | null };
type Value = string | number | Consent | null;

/** Column of the CSV and key of the JSON → where it comes from. */
const COLUMNS: readonly (readonly [name: string, of: (row: Shown) => Value])[] = [
  ['row', ({ row }) => row],
  ['address', ({ address }) => address],
  ['listed_as', ({ raw }) => raw],
  ['state', ({ state }) => state],
  ['reason', ({ reason }) => reason],
  ['detail', ({ detail }) => detail],
  ['attempts', ({ attempts }) => attempts],
  ['message_id', ({ message_id: id }) => id],
  ['conversation_id', ({ conversation_id: id }) => id],
  ['delivery', ({ delivery }) => delivery],
  ['consent', ({ consent }) => consent],
  ['updated_at', ({ updated_at: ms }) => new Date(ms).toISOString()],
];

export interface ResultLines {
  readonly states?: readonly RecipientState[];
  readonly reason?: string;
  /** Instead of CSV: an object a line. */
  readonly json?: boolean;
}

/**
 * Every row of a campaign with what became of it, in the list's order, as text in pieces: CSV with a header, or JSON. In
 * memory that does not grow with the list.
 */
export async function* resultLines(
  ledger: Ledger,
  campaign: Campaign,
  { json = false, ...which }: ResultLines,
): AsyncGenerator<{ readonly text: string; readonly rows: number }> {
  if (!json) yield { text: `${COLUMNS.map(([name]) => name).join(',')}\r\n`, rows: 0 };
  const consent = consentReader(campaign);
  let after: number | null = -1;
  while (after !== null) {
    const { rows, next } = await resultsPage(ledger, campaign, { ...which, after, limit: PAGE });
    const shown = rows.map((row) => ({ ...row, consent: consent(row) }));
    if (rows.length > 0) {
      yield { text: shown.map(json ? jsonLine : csvLine).join(''), rows: rows.length };
    }
    after = next;
  }
}

/** Says of a row why its person may be written to, in the words of the campaign and the list. */
export function consentReader(
  campaign: Pick<Campaign, 'spec'>,
): (row: Pick<ResultRow, 'consent'>) => Consent | null {
  const { source } = JSON.parse(campaign.spec) as Partial<FileSpec>;
  return (row) => consentOf(source?.consent, row.consent);
}

function csvLine(row: Shown): string {
  return `${COLUMNS.map(([, of]) => csvCell(flat(of(row)))).join(',')}\r\n`;
}

/** A consent as one cell: how it was given, what the list says, and the day where that is not the same. */
function flat(value: Value): string | number | null {
  if (value === null || typeof value !== 'object') return value;
  const { method, detail, evidence, on } = value;
  return [method, detail, evidence, on === evidence ? null : on]
    .filter((part) => part !== null)
    .join('; ');
}

function jsonLine(row: Shown): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, of]) => [name, of(row)])))}\n`;
}

/**
 * A cell that a spreadsheet cannot take for a formula: what begins like one gets an apostrophe, except a plain number
 * such as +12025550123, which is harmless and would not be a phone number any more.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
