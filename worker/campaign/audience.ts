import { describeAddressFailure, parseAddress } from '../../core/address';
import { parseEmail } from '../../core/email';
import type { Address, Content } from '../../core/message';
import type { SkipReason } from '../../core/words';
import type { Inbox, Profile } from '../../providers/provider';
import type { CampaignFile } from './campaign-file';
import { type Columns, findColumns, findHeader, noColumn } from './columns';
import { type Consent, readConsent } from './consent';
import { zonesOf } from './hours';
import { InputError } from './input-error';
import type { List } from './list/open-list';
import type { ListRow } from './list/records';
import { type CompiledMessage, compileMessage } from './template';

/** What became of one row of the list: somebody to write to, or a reason not to. */
export interface Verdict {
  /** The spreadsheet's row number. */
  readonly row: number;
  /** The address as the list has it. */
  readonly raw: string;
  /** Null when it could not be read. */
  readonly address: Address | null;
  readonly profile: Profile | null;
  /** For quiet hours by recipient: an IANA zone, or `country:US`; else null. */
  readonly zone: string | null;
  /** Rendered for this row; null when everybody gets the same, and for skipped rows. */
  readonly content: Content | null;
  readonly consent: Consent | null;
  readonly skip: { readonly reason: SkipReason; readonly detail: string } | null;
}

/** What is asked of the inbox; the whole of a provider's `Inbox` fits. */
export type AudienceInbox = Pick<
  Inbox,
  'name' | 'channel' | 'addressKinds' | 'text' | 'template' | 'asks'
>;

export interface AudienceOptions {
  readonly headers: readonly string[];
  readonly campaign: CampaignFile;
  readonly inbox: AudienceInbox;
  /** Milliseconds since the epoch: dates of consent after it are no evidence. */
  readonly nowMs: number;
}

export interface Audience {
  readonly columns: Columns;
  readonly message: CompiledMessage;
  /** Pure: duplicates are found by whoever sees all rows. */
  judge(row: ListRow): Verdict;
}

/**
 * Puts together what rows are judged by, once for a campaign. Throws `InputError` that lists what does not fit between
 * the list's headers and the campaign file: columns, variables, syntax.
 */
export function openAudience(options: AudienceOptions): Audience {
  const { headers, campaign, inbox, nowMs } = options;
  refuseOtherContent(campaign, inbox);
  const columns = findColumns({
    headers,
    mapping: campaign.audience.columns ?? {},
    kinds: inbox.addressKinds,
  });
  const message = compileMessage(campaign.message, columns.variables.keys());
  const readZone = zoneReader(campaign, columns);
  const readEvidence = consentReader(campaign, headers, nowMs);
  const { kind, address: addressAt } = columns;
  const { country } = campaign.audience;
  const sms = inbox.channel === 'sms';
  const used = message.variables.map((name) => [name, columns.variables.get(name) ?? -1] as const);
  const width = headers.length;

  function judge({ row, cells }: ListRow): Verdict {
    const raw = cells[addressAt] ?? '';
    const skip = (reason: SkipReason, detail: string, address: Address | null = null): Verdict => ({
      row,
      raw,
      address,
      profile: null,
      zone: null,
      content: null,
      consent: null,
      skip: { reason, detail },
    });
    if (cells.length > width && cells.slice(width).some((cell) => cell.trim() !== '')) {
      return skip('invalid_row', `${cells.length} cells under ${width} headers`);
    }
    const read = parseAddress(kind, raw, country);
    if (!read.ok) {
      const reason = read.why === 'empty' ? 'no_address' : 'invalid_address';
      return skip(reason, describeAddressFailure(read.why));
    }
    const { address } = read;
    if (sms && read.phoneType === 'fixed') return skip('invalid_address', 'landline', address);
    const evidence = readEvidence(cells);
    if (evidence !== null && 'refused' in evidence) {
      return skip('no_opt_in', evidence.refused, address);
    }
    const zone = readZone(cells, read.country);
    if (zone !== null && typeof zone !== 'string') {
      return skip('invalid_time_zone', zone.refused, address);
    }
    let content: Content | null = null;
    if (message.constant === null) {
      const variables: Record<string, string> = {};
      for (const [name, index] of used) {
        const cell = cells[index]?.trim();
        if (cell !== undefined && cell !== '') variables[name] = cell;
      }
      const rendered = message.render(variables);
      if (!rendered.ok) {
        return 'missing' in rendered
          ? skip('missing_variable', `{{ ${rendered.missing} }} is empty`, address)
          : skip('invalid_content', rendered.why, address);
      }
      content = rendered.content;
    }
    const profile = profileOf(cells, columns, inbox.asks ?? []);
    return { row, raw, address, profile, zone, content, consent: evidence, skip: null };
  }

  return { columns, message, judge };
}

/** Judges the rows of a list, in pieces of some hundreds. Throws `InputError` where the list cannot be read on. */
export async function* readAudience(
  list: Pick<List, 'batches'>,
  audience: Audience,
): AsyncGenerator<readonly Verdict[]> {
  for await (const batch of list.batches()) yield batch.map(audience.judge);
}

function refuseOtherContent(campaign: CampaignFile, inbox: AudienceInbox): void {
  if (campaign.message.text !== undefined && !inbox.text) {
    throw new InputError(`The inbox ${inbox.name} takes templates only: use message.template.`);
  }
  if (campaign.message.template !== undefined && !inbox.template) {
    throw new InputError(`The inbox ${inbox.name} takes no templates: use message.text.`);
  }
}

/** The name, and of the rest only what is asked for: no address is kept that nobody needs. */
function profileOf(
  cells: readonly string[],
  columns: Columns,
  asks: NonNullable<AudienceInbox['asks']>,
): Profile | null {
  const cell = (index: number | null): string =>
    index === null ? '' : (cells[index]?.trim() ?? '');
  const name = cell(columns.name) || `${cell(columns.firstName)} ${cell(columns.lastName)}`.trim();
  const profile: Record<string, string> = name === '' ? {} : { name };
  for (const asked of asks) {
    const value = cell(columns[asked]);
    if (asked !== 'email') {
      if (value !== '') profile[asked] = value;
      continue;
    }
    const email = parseEmail(value);
    if (email.ok) profile.email = email.value;
  }
  return Object.keys(profile).length === 0 ? null : profile;
}

interface Refused {
  readonly refused: string;
}

function consentReader(
  campaign: CampaignFile,
  headers: readonly string[],
  nowMs: number,
): (cells: readonly string[]) => Consent | Refused | null {
  const { consent } = campaign;
  if (consent === undefined) return () => null;
  const { method, detail = null } = consent;
  if (consent.column === undefined) {
    const stated: Consent = { method, detail, evidence: null, on: null };
    return () => stated;
  }
  const index = findHeader(headers, consent.column);
  if (index === -1) throw new InputError(`consent.column: ${noColumn(headers, consent.column)}`);
  return (cells) => {
    const verdict = readConsent(cells[index] ?? '', nowMs);
    if (!verdict.given) return { refused: verdict.detail };
    return { method, detail, evidence: verdict.evidence, on: verdict.on };
  };
}

function zoneReader(
  campaign: CampaignFile,
  columns: Columns,
): (cells: readonly string[], country: string | null) => string | Refused | null {
  const { quietHours, audience } = campaign;
  // A zone of the campaign's own holds for all rows, and is not repeated on each.
  if (quietHours === undefined || quietHours.zone !== 'recipient') return () => null;
  if (columns.kind === 'email' && columns.timezone === null && audience.country === undefined) {
    throw new InputError(
      'quietHours.zone is recipient, but nothing tells where these people are: e-mail addresses have no country. ' +
        'Add a column with time zones (audience.columns.timezone), set audience.country, or a zone like Europe/Paris.',
    );
  }
  const known = new Map<string, boolean>();
  const isKnown = (place: string): boolean => {
    const before = known.get(place);
    if (before !== undefined) return before;
    // A list full of nonsense must not fill the memory.
    if (known.size > 5000) known.clear();
    const answer = zonesOf(place).length > 0;
    known.set(place, answer);
    return answer;
  };
  return (cells, country) => {
    const cell = columns.timezone === null ? '' : (cells[columns.timezone]?.trim() ?? '');
    if (cell !== '') {
      return isKnown(cell) ? cell : { refused: `not a time zone: ${cell.slice(0, 40)}` };
    }
    // A phone number of no country may be anywhere: where the others of the list are says nothing of it.
    const place = `country:${country ?? (columns.kind === 'email' ? audience.country : undefined) ?? ''}`;
    return isKnown(place)
      ? place
      : { refused: 'the number tells no country, and there is no time zone' };
  };
}
