import { createHash } from 'node:crypto';
import type { Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import {
  type Campaign,
  createCampaign,
  type Engine,
  type Ledger,
  type NewCampaign,
} from '../ledger';
import { openAudience } from './audience';
import type { CampaignFile } from './campaign-file';
import { needExcluded } from './exclude';
import { InputError } from './input-error';
import { openList } from './list/open-list';
import { type Spec, specOf } from './spec';
import type { Spooled } from './spool';

/** The spec of a campaign that was made from a file: with the file, so that its rows can be judged again by anybody. */
export interface FileSpec extends Spec {
  readonly source: CampaignFile;
}

/** What a row gets that has no content of its own where every row should have one: refused by every platform. */
const NOTHING: Content = { kind: 'text', text: '' };

export interface FromFile {
  readonly file: CampaignFile;
  readonly inbox: Inbox;
  readonly list: Pick<Spooled, 'path' | 'hash'>;
  readonly autostart?: boolean;
  /** Instead of what the file says. */
  readonly engine?: Engine;
  /** On Temporal, where the workflow that drives it is there already. */
  readonly workflowId?: string;
}

/**
 * Writes a campaign down, with its spooled list; nothing is imported yet.
 *
 * @throws InputError when it excludes the people of a campaign that is not in the ledger, or wants a workflow for each message
 * without Temporal.
 */
export async function createFromFile(
  ledger: Ledger,
  made: FromFile,
  now: number,
): Promise<Campaign> {
  const { file } = made;
  await needExcluded(ledger, file);
  return createCampaign(ledger, await campaignFromFile(made, now), now);
}

/** What `createFromFile` writes, for whoever writes it together with something else. @throws InputError as there. */
export async function campaignFromFile(made: FromFile, now: number): Promise<NewCampaign> {
  const { file, inbox, list, autostart = false, workflowId } = made;
  const engine = made.engine ?? file.engine ?? 'embedded';
  if (file.orchestrate === 'message' && engine !== 'temporal') {
    throw new InputError(
      'orchestrate: message needs Temporal, as each message becomes a workflow there. Add engine: temporal or --engine temporal, or take it out. Nothing was sent.',
    );
  }
  const { headers } = await openList(list.path, file.audience);
  const audience = openAudience({ headers, campaign: file, inbox, nowMs: now });
  const spec: FileSpec = { ...specOf(file, audience.message.constant ?? NOTHING), source: file };
  return {
    name: file.name,
    kind: 'list',
    account: file.account,
    spec: JSON.stringify(spec),
    inbox: JSON.stringify(inbox),
    listPath: list.path,
    listHash: list.hash,
    autostart,
    engine,
    orchestrate: file.orchestrate ?? 'slice',
    ...(workflowId === undefined ? {} : { workflowId }),
    ...(spec.expiresAfterMs === null ? {} : { expiresAfterMs: spec.expiresAfterMs }),
  };
}

/** How a campaign may be sent, not what and to whom: these may change while it is under way. */
const PACE_KEYS = ['throttle', 'stopWhen', 'parallel', 'onDoubt'] as const;
/** What drives a campaign is a matter of the campaign, not of its file, once it is there. */
const NOT_COMPARED = [...PACE_KEYS, 'engine'] as const;

/** What differs between a campaign and the file and list that it is to go on with; empty when it is the same campaign. */
export function differences(campaign: Campaign, file: CampaignFile, listHash: string): string[] {
  const { source } = JSON.parse(campaign.spec) as Partial<FileSpec>;
  if (source === undefined) return ['its kind'];
  const found: string[] = [];
  if (campaign.list_hash !== listHash) found.push('the list');
  const before = comparable(source);
  const after = comparable(file);
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (canonical(before[key]) !== canonical(after[key])) {
      found.push(key === 'message' ? 'the message' : key);
    }
  }
  return found;
}

/** The same campaign with the pace of a newer file; null when that is the same as well. */
export function withPaceOf(campaign: Campaign, file: CampaignFile): FileSpec | null {
  const spec = JSON.parse(campaign.spec) as FileSpec;
  const next: FileSpec = { ...specOf(file, spec.content), source: file };
  const same = PACE_KEYS.every((key) => canonical(spec.source[key]) === canonical(file[key]));
  return same ? null : next;
}

function comparable(file: CampaignFile): Record<string, unknown> {
  const { file: _where, ...audience } = file.audience;
  const compared: Record<string, unknown> = { ...file, audience };
  for (const key of NOT_COMPARED) delete compared[key];
  return compared;
}

/** The same for the same list with the same message: what a person would call the same campaign once more. */
export function contentHash(file: CampaignFile, listHash: string): string {
  const { name: _name, ...rest } = comparable(file);
  return createHash('sha256')
    .update(`${listHash} ${canonical(rest)}`)
    .digest('hex');
}

/** JSON with sorted keys: the order of keys in a file means nothing. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      part !== null && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'absent'
  );
}
