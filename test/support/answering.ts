import type { ProviderId } from '../../core/words';
import type { Account } from '../../worker/campaign/accounts-file';
import { type Connection, connect } from '../../worker/engine/connect';
import { runEmbedded } from '../../worker/engine/embedded';
import type { Campaign, Ledger } from '../../worker/ledger';
import type { Sandbox } from '../../worker/sandbox';
import { REHEARSALS } from '../../worker/sandbox/rehearsals';
import { campaignOf, people, toRun } from './campaign';
import { until } from './until';

/** Beyond what a rehearsal has: where PivotCX lists what people wrote is described nowhere. */
const MORE: Partial<Record<ProviderId, Readonly<Record<string, string>>>> = {
  pivotcx: {
    messagesPath: '/v1/users/:user/teams/:team/conversations/:id/messages/',
    conversationActivePath: 'lastMessageAt',
  },
};

/** The account of a platform in the sandbox, called `desk`; its messages are slow enough for somebody to answer meanwhile. */
export function accountOf(
  sandbox: Pick<Sandbox, 'url'>,
  platform: ProviderId,
  webhookSecret: string | null = null,
): Account {
  const { mount, credentials } = REHEARSALS[platform];
  return {
    name: 'desk',
    platform,
    credentials: { ...credentials, url: `${sandbox.url}${mount}`, ...MORE[platform] },
    limits: { message: 25, contact: null, conversation: null, lookup: null },
    settleDelayMs: 400,
    onAbsent: null,
    contactBookMs: null,
    webhookSecret,
  };
}

export const connectTo = (ledger: Ledger, account: Account): Promise<Connection> =>
  connect(account, { ledger, inFlight: 4, timeoutMs: 2_000, clock: Date.now });

export interface Answering {
  readonly sandbox: Sandbox;
  readonly ledger: Ledger;
  readonly connection: Connection;
  readonly campaign: Campaign;
  readonly addresses: readonly string[];
  readonly platform: ProviderId;
}

const ROWS = 40;

/** A campaign to forty people, of whom the last ones are written to last. */
export async function answering(
  { sandbox, ledger, connection }: Pick<Answering, 'sandbox' | 'ledger' | 'connection'>,
  platform: ProviderId,
): Promise<Answering> {
  const rows = people(ROWS).map((row, n) => ({
    ...row,
    profile: JSON.stringify({ firstName: 'Ada', lastName: `Person${n}` }),
  }));
  const { inbox } = REHEARSALS[platform];
  const campaign = await campaignOf(ledger, connection, rows, { inboxId: inbox });
  const addresses = rows.map(({ address }) => address ?? '');
  return { sandbox, ledger, connection, campaign, addresses, platform };
}

/** Runs it with the real engine, and lets people say something when the first few have their message. */
export async function runWhile(
  { sandbox, ledger, connection, campaign }: Answering,
  say: () => Promise<void> | void,
): Promise<void> {
  const run = await toRun(ledger, campaign, connection, { inFlight: 4 });
  const ended = runEmbedded(run, {
    importList: () => Promise.resolve(),
    stopping: () => false,
    endWhenPaused: () => true,
  });
  await until('the first few have it', () => sandbox.accepted().size >= 3);
  await say();
  await ended;
}
