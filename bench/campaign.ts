import type { CallKind } from '../core/words';
import type { Inbox } from '../providers/provider';
import type { Account } from '../worker/campaign/accounts-file';
import { type Spec, singleSpec } from '../worker/campaign/spec';
import {
  type Campaign,
  control,
  createCampaign,
  type Engine,
  importRecipients,
  type Ledger,
  seal,
} from '../worker/ledger';

export const ACCOUNT = 'bench';
export const INBOX: Inbox = {
  id: '1',
  name: 'Bench',
  channel: 'api',
  addressKinds: ['phone', 'email'],
  text: true,
  template: false,
  replyWindow: false,
  lookup: true,
  facts: {
    channelType: 'Channel::Api',
    medium: null,
    version: '4.15.1',
    lock: false,
    markers: ['content_attributes', 'external_created_at', 'source_id'],
    replyWindowHours: null,
  },
};

export const TEXT = 'Hi Ana, your order 4711 is ready.';
export const TOKEN = 'bench-token';

/** Numbers of a made-up plan: this traffic never leaves the machine. */
export const phone = (n: number): string => `+1555${String(n).padStart(7, '0')}`;

/** The account of the benchmarks, as an accounts file would have it; a kind that is not named has no limit. */
export function accountAt(url: string, limits: Partial<Record<CallKind, number>> = {}): Account {
  return {
    name: ACCOUNT,
    platform: 'chatwoot',
    credentials: { url, accountId: '1', token: TOKEN },
    limits: { message: null, contact: null, conversation: null, lookup: null, ...limits },
    settleDelayMs: null,
    onAbsent: null,
    contactBookMs: null,
    webhookSecret: null,
  };
}

/** A started campaign (unless `start` is false) with `rows` recipients, from the one with number `first` on. */
export async function startedCampaign(
  ledger: Ledger,
  it: {
    readonly name: string;
    readonly rows: number;
    readonly first?: number;
    readonly spec?: Partial<Spec>;
    readonly engine?: Engine;
    readonly start?: boolean;
  },
): Promise<Campaign> {
  const { name, first = 0 } = it;
  const campaign = await createCampaign(
    ledger,
    {
      name,
      kind: 'list',
      account: ACCOUNT,
      spec: JSON.stringify({ ...singleSpec({ kind: 'text', text: TEXT }), ...it.spec }),
      inbox: JSON.stringify(INBOX),
      ...(it.engine === undefined ? {} : { engine: it.engine }),
    },
    Date.now(),
  );
  for (let from = 0; from < it.rows; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, it.rows - from) }, (_, i) => ({
      row: from + i + 2,
      raw: phone(first + from + i),
      kind: 'phone' as const,
      address: phone(first + from + i),
    }));
    await importRecipients(ledger, campaign, from, rows, Date.now());
  }
  await seal(ledger, campaign, Date.now());
  if (it.start !== false) await control(ledger, name, { action: 'start' }, Date.now());
  return campaign;
}
