import type { Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import type { Campaign, Engine, NewCampaign, NewRecipient } from '../ledger';
import { type Audience, openAudience } from './audience';
import type { CampaignRequest } from './campaign-request';
import { closest } from './closest';
import { findHeader } from './columns';
import { differences, type FileSpec } from './from-file';
import { recipientOf } from './import-list';
import { InputError } from './input-error';
import { specOf } from './spec';
import type { Spooled } from './spool';
import { messageForAll } from './template';

/** The spec of a campaign whose audience comes in over HTTP. */
interface IntakeSpec extends FileSpec {
  /** What recipients in chunks may have. */
  readonly columns?: readonly string[];
}

/** What a row gets that has no content of its own where every row should have one: refused by every platform. */
const NOTHING: Content = { kind: 'text', text: '' };

export interface Requested {
  readonly request: CampaignRequest;
  readonly inbox: Inbox;
  readonly engine: Engine;
  /** A list that was fetched already. */
  readonly list: Spooled | null;
}

/**
 * A campaign whose audience is still to come, as the ledger keeps it.
 *
 * @throws InputError for a message that cannot be made, and for columns that do not fit.
 */
export function campaignFromRequest(
  { request, inbox, engine, list }: Requested,
  now: number,
): NewCampaign {
  const { file, intake, columns, start } = request;
  if (file.orchestrate === 'message' && engine !== 'temporal') {
    throw new InputError(
      'orchestrate: message needs Temporal, as each message becomes a workflow there. Add engine: temporal, or take it out.',
    );
  }
  if (columns !== null) {
    openAudience({ headers: columns, campaign: file, inbox, nowMs: now });
  }
  const spec: IntakeSpec = {
    ...specOf(file, messageForAll(file.message) ?? NOTHING),
    source: file,
    ...(columns === null ? {} : { columns }),
  };
  return {
    name: file.name,
    kind: 'list',
    account: file.account,
    spec: JSON.stringify(spec),
    inbox: JSON.stringify(inbox),
    autostart: start,
    engine,
    orchestrate: file.orchestrate ?? 'slice',
    intake,
    ...(list === null ? {} : { listPath: list.path, listHash: list.hash }),
    ...(spec.expiresAfterMs === null ? {} : { expiresAfterMs: spec.expiresAfterMs }),
  };
}

/** What differs between a campaign and what is asked for under its name; empty when it is the same. */
export function otherThan(
  campaign: Campaign,
  { file, intake, columns }: CampaignRequest,
): string[] {
  if (campaign.intake === null) return ['where its list comes from'];
  const before = JSON.parse(campaign.spec) as IntakeSpec;
  const found = differences(campaign, file, campaign.list_hash ?? '').filter(
    (each) => each !== 'the list',
  );
  if (campaign.intake !== intake) found.push('how its audience comes');
  if (JSON.stringify(before.columns ?? null) !== JSON.stringify(columns)) {
    found.push('audience.recipientColumns');
  }
  return found;
}

/** Judges recipients that come in chunks, as the rows of a list would be. */
export interface ChunkJudge {
  readonly source: FileSpec['source'];
  /** Their row numbers are to be set by whoever knows how many came before. @throws InputError that lists what is no column. */
  judge(recipients: readonly Readonly<Record<string, unknown>>[]): NewRecipient[];
}

export function chunkJudge(campaign: Campaign): ChunkJudge {
  const { source, columns = [] } = JSON.parse(campaign.spec) as IntakeSpec;
  const audience = openAudience({
    headers: columns,
    campaign: source,
    inbox: JSON.parse(campaign.inbox) as Inbox,
    // The same recipients are judged alike, however late they are sent again.
    nowMs: campaign.created_at,
  });
  return { source, judge: (recipients) => judgeAll(recipients, columns, audience) };
}

/** As many as a person wants to read. */
const MOST_PROBLEMS = 10;

function judgeAll(
  recipients: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
  audience: Audience,
): NewRecipient[] {
  const places = new Map<string, number>();
  const unknown = new Map<string, number[]>();
  const unusable: number[] = [];
  const rows = recipients.map((recipient, at) => {
    const cells = new Array<string>(columns.length).fill('');
    for (const [key, value] of Object.entries(recipient)) {
      const place = placeOf(key);
      const cell = cellOf(value);
      if (place === -1) unknown.set(key, [...(unknown.get(key) ?? []), at + 1]);
      else if (cell === null) unusable.push(at + 1);
      else cells[place] = cell;
    }
    return { row: at + 1, cells };
  });
  const problems = [...unknown].map(([key, where]) => {
    // What is no name may be somebody's number.
    const named = /^[\p{L}_][\p{L}\p{N} _-]{0,39}$/u.test(key) ? `"${key}"` : 'A key';
    const meant = closest(key, columns);
    return (
      `${named} is not among audience.recipientColumns (${recipientsAt(where)}).` +
      (meant === undefined ? '' : ` Did you mean "${meant}"?`)
    );
  });
  if (unusable.length > 0) {
    problems.push(
      `A value has to be a text, a number, true, false or null (${recipientsAt(unusable)}).`,
    );
  }
  if (problems.length > 0) {
    throw new InputError([...problems.slice(0, MOST_PROBLEMS), 'Nothing of the chunk was taken.']);
  }
  return rows.map((row) => recipientOf(audience.judge(row)));

  function placeOf(key: string): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = findHeader(columns, key);
    // A chunk of nothing but new keys must not fill the memory.
    if (places.size < 1_000) places.set(key, place);
    return place;
  }
}

/** "recipients 3, 8 …, counted from 1 in the chunk". */
function recipientsAt(where: readonly number[]): string {
  const first = where.slice(0, MOST_PROBLEMS).join(', ');
  const more = where.length > MOST_PROBLEMS ? ' …' : '';
  return `${where.length === 1 ? 'recipient' : 'recipients'} ${first}${more} of the chunk, counted from 1`;
}

/** As a cell of a list; null for what cannot be one. */
function cellOf(value: unknown): string | null {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
