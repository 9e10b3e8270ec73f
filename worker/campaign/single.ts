import { randomBytes } from 'node:crypto';
import type { Address, Content } from '../../core/message';
import type { Inbox } from '../../providers/provider';
import { sendKeyFor } from '../../providers/send-key';
import {
  type Campaign,
  createCampaign,
  findCampaign,
  importRecipients,
  type Ledger,
  seal,
} from '../ledger';
import { InputError } from './input-error';
import { type Spec, singleSpec } from './spec';

/** One message as it was asked for. */
export interface Single {
  readonly key: string;
  readonly account: string;
  readonly inboxId: string;
  readonly address: Address;
  readonly name: string | null;
  readonly content: Content;
}

/** A single send is a campaign of one row: the same gate, limits, suppressions and settling hold for it. */
interface SingleSpec extends Spec {
  readonly single: Single;
}

/** The key stands for another message. */
class KeyUsed extends InputError {
  /** For programs that have to tell it from other mistakes. */
  readonly keyUsed = true;
}

export function newKey(): string {
  return randomBytes(10).toString('hex');
}

/**
 * The campaign of this key, if it was used before.
 *
 * @throws InputError when the key stands for another message.
 */
export async function findSingle(ledger: Ledger, single: Single): Promise<Campaign | undefined> {
  const campaign = await findCampaign(ledger.db, nameOf(single));
  if (campaign === undefined) return undefined;
  if (campaign.forgotten_at !== null) {
    throw new KeyUsed(
      `The key "${single.key}" was used already, for somebody who was forgotten since. Nothing was sent now. A new message needs a new key.`,
    );
  }
  const before = (JSON.parse(campaign.spec) as Partial<SingleSpec>).single;
  const changed =
    before === undefined
      ? ['kind']
      : (['account', 'inboxId', 'address', 'content'] as const).filter(
          (part) => JSON.stringify(before[part]) !== JSON.stringify(single[part]),
        );
  if (changed.length === 0) return campaign;
  const words: Record<string, string> = {
    inboxId: 'inbox',
    address: 'recipient',
    content: 'message',
  };
  throw new KeyUsed(
    `The key "${single.key}" was used already, with another ${changed.map((part) => words[part] ?? part).join(' and ')}. ` +
      'Nothing was sent now. A new message needs a new key.',
  );
}

export interface MadeSingle {
  readonly inbox: Inbox;
  /** By a person or program, who may have used it before; a key made here is new to the platform. */
  readonly keyGiven: boolean;
  /**
   * Who sends it. `here`: the process that makes it. `worker`: whichever process takes part in the work of the ledger.
   * `workflow`: one of its own, which is begun as soon as Temporal can be told. `composed`: one that somebody begins as a part
   * of their own.
   */
  readonly by?: 'here' | 'worker' | 'workflow' | 'composed';
}

/** Writes a single message down. @throws LedgerError when its key is taken. */
export async function makeSingle(
  ledger: Ledger,
  single: Single,
  { inbox, keyGiven, by = 'here' }: MadeSingle,
  now: number,
): Promise<Campaign> {
  const spec: SingleSpec = { ...singleSpec(single.content), single };
  return createCampaign(
    ledger,
    {
      name: nameOf(single),
      kind: 'single',
      account: single.account,
      spec: JSON.stringify(spec),
      inbox: JSON.stringify(inbox),
      keyGiven,
      ...(by === 'workflow' || by === 'composed'
        ? { engine: 'temporal', orchestrate: 'message' }
        : {}),
      ...(by === 'workflow' || by === 'worker' ? { autostart: true } : {}),
      ...(by === 'workflow' ? { told: true } : {}),
    },
    now,
  );
}

/** Writes its one row down, from what the ledger knows: also when an earlier process died before it did. */
export async function importSingle(
  ledger: Ledger,
  campaign: Campaign,
  now: number,
): Promise<boolean> {
  const { single } = JSON.parse(campaign.spec) as SingleSpec;
  const { key, inboxId, address, name } = single;
  await importRecipients(
    ledger,
    campaign,
    0,
    [
      {
        row: 1,
        raw: address.value,
        kind: address.kind,
        address: address.value,
        key: sendKeyFor(key, inboxId, address),
        ...(name === null ? {} : { profile: JSON.stringify({ name }) }),
      },
    ],
    now,
  );
  await seal(ledger, campaign, now);
  return true;
}

function nameOf({ key }: Single): string {
  return `send-${key}`;
}
