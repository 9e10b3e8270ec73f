import type { Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import { type Campaign, createCampaign, type Ledger } from '../ledger';
import { openAudience } from './audience';
import type { CampaignFile } from './campaign-file';
import { needExcluded } from './exclude';
import { openList } from './list/open-list';
import { type Spec, specOf } from './spec';
import type { Spooled } from './spool';

/** The spec of a campaign that was made from a file: with the file, so that its rows can be judged again by anybody. */
export interface FileSpec extends Spec {
  readonly source: CampaignFile;
}

/** What a row gets that has no content of its own where every row should have one: refused by every platform. */
const NOTHING: Content = { kind: 'text', text: '' };

/**
 * Writes a campaign down, with its spooled list; nothing is imported yet.
 *
 * @throws InputError when it excludes the people of a campaign that is not in the ledger.
 */
export async function createFromFile(
  ledger: Ledger,
  made: {
    readonly file: CampaignFile;
    readonly inbox: Inbox;
    readonly list: Spooled;
    readonly autostart?: boolean;
  },
  now: number,
): Promise<Campaign> {
  const { file, inbox, list, autostart = false } = made;
  await needExcluded(ledger, file);
  const { headers } = await openList(list.path, file.audience);
  const audience = openAudience({ headers, campaign: file, inbox, nowMs: now });
  const spec: FileSpec = { ...specOf(file, audience.message.constant ?? NOTHING), source: file };
  return createCampaign(
    ledger,
    {
      name: file.name,
      kind: 'list',
      account: file.account,
      spec: JSON.stringify(spec),
      inbox: JSON.stringify(inbox),
      listPath: list.path,
      listHash: list.hash,
      autostart,
      ...(spec.expiresAfterMs === null ? {} : { expiresAfterMs: spec.expiresAfterMs }),
    },
    now,
  );
}

/** How a campaign may be sent, not what and to whom: these may change while it is under way. */
const PACE_KEYS = ['throttle', 'stopWhen', 'parallel', 'onDoubt'] as const;

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
  for (const key of PACE_KEYS) delete compared[key];
  return compared;
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
