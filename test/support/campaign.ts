import type { Account } from '../../worker/campaign/accounts-file';
import type { Run } from '../../worker/campaign/run';
import type { Spec } from '../../worker/campaign/spec';
import { singleSpec } from '../../worker/campaign/spec';
import { type Connection, connect } from '../../worker/engine/connect';
import { openRun, type RunOptions } from '../../worker/engine/open-run';
import {
  type Campaign,
  control,
  createCampaign,
  type Engine,
  importRecipients,
  type Ledger,
  type NewRecipient,
  needCampaign,
  seal,
} from '../../worker/ledger';
import type { Sandbox } from '../../worker/sandbox';

/** A connection to the sandbox's account, unlimited, with a settle delay that tests can wait for. */
export function connectSandbox(
  ledger: Ledger,
  { url }: Pick<Sandbox, 'url'>,
  settleDelayMs = 400,
  limits: Account['limits'] = { message: null, contact: null, conversation: null, lookup: null },
): Promise<Connection> {
  return connect(
    {
      name: 'desk',
      platform: 'chatwoot',
      credentials: { url, accountId: '1', token: 'sandbox-token' },
      limits,
      settleDelayMs,
      onAbsent: null,
      contactBookMs: null,
      webhookSecret: null,
    },
    { ledger, inFlight: 20, timeoutMs: 1_000, clock: Date.now },
  );
}

export interface Wanted {
  readonly name?: string;
  readonly inboxId?: string;
  readonly spec?: Partial<Spec>;
  readonly start?: boolean;
  readonly engine?: Engine;
}

/** A started campaign over these recipients. */
export async function campaignOf(
  ledger: Ledger,
  connection: Connection,
  rows: readonly NewRecipient[],
  { name = 'spring', inboxId = '1', spec = {}, start = true, engine }: Wanted = {},
): Promise<Campaign> {
  const inbox = (await connection.provider.listInboxes()).find(({ id }) => id === inboxId);
  const campaign = await createCampaign(
    ledger,
    {
      name,
      kind: 'list',
      account: 'desk',
      spec: JSON.stringify({
        ...singleSpec({ kind: 'text', text: 'Your order is ready.' }),
        ...spec,
      }),
      inbox: JSON.stringify(inbox),
      ...(engine === undefined ? {} : { engine }),
    },
    Date.now(),
  );
  await importRecipients(ledger, campaign, 0, rows, Date.now());
  await seal(ledger, campaign, Date.now());
  if (start) await control(ledger, name, { action: 'start' }, Date.now());
  return needCampaign(ledger.db, name);
}

export const toRun = (
  ledger: Ledger,
  campaign: Campaign,
  connection: Connection,
  options: RunOptions = {},
): Promise<Run> =>
  openRun(ledger, campaign, connection, { inFlight: 20, leaseMs: 1_000, ...options });

/** Numbers reserved for fiction: 100 in each of many area codes. */
export function people(n: number): NewRecipient[] {
  return Array.from({ length: n }, (_, i) => {
    const address = `+1${201 + Math.floor(i / 100)}55501${String(i % 100).padStart(2, '0')}`;
    return { row: i + 2, raw: address, kind: 'phone', address };
  });
}
