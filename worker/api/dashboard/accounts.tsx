import type { FC } from 'hono/jsx';
import { CALL_KINDS, type CallKind } from '../../../core/words';
import type { AccountSummary } from '../../engine/desk';
import type { Caller } from '../auth';
import { Frame } from './frame';
import { Icon } from './icons';
import { Told } from './note';
import { When } from './when';
import { rateWords } from './words';

export interface ShownAccount {
  readonly account: AccountSummary;
  /** While it lies ahead, nothing of it goes to the platform. */
  readonly stop: { readonly until: number; readonly why: string | null } | null;
  /** The part of each limit that is used; less than 1 after the platform asked to wait. */
  readonly shares: Readonly<Partial<Record<CallKind, number>>>;
}

interface AccountsProps {
  readonly accounts: readonly ShownAccount[];
  /** Why they cannot be shown. */
  readonly trouble: string | null;
}

export const AccountsParts: FC<AccountsProps> = (props) => (
  <>
    <Told says={saysOf(props)} resting={false} />
    <List {...props} />
  </>
);

/** The accounts that this process may send by: never a secret of theirs. */
export const AccountsPage: FC<AccountsProps & { caller: Caller }> = ({ caller, ...props }) => (
  <Frame title="Accounts" here="accounts" caller={caller} live>
    <div class="stack">
      <h1>Accounts</h1>
      <List {...props} />
    </div>
  </Frame>
);

function saysOf({ accounts }: AccountsProps): string {
  const stopped = accounts.filter(({ stop }) => stop !== null).map(({ account }) => account.name);
  return stopped.length === 0
    ? 'No account is stopped.'
    : `Stopped, as the platform asked to wait: ${stopped.join(', ')}`;
}

const List: FC<AccountsProps> = ({ accounts, trouble }) => (
  <div id="part-accounts" data-part="">
    {trouble !== null ? (
      <div class="note bad">
        <Icon name="failed" />
        <p>{trouble}</p>
      </div>
    ) : accounts.length === 0 ? (
      <p class="soft">The accounts file names none.</p>
    ) : (
      <ul class="stack">
        {accounts.map((it) => (
          <Account it={it} />
        ))}
      </ul>
    )}
  </div>
);

const NAMES: Readonly<Record<CallKind, string>> = {
  contact: 'Contacts',
  conversation: 'Conversations',
  message: 'Messages',
  lookup: 'Look-ups',
};

const Account: FC<{ it: ShownAccount }> = ({ it: { account, stop, shares } }) => (
  <li class="card stack" id={`account-${account.name}`}>
    <div class="title">
      <h2>{account.name}</h2>
      {stop === null ? (
        <span class="badge is-finished">
          <Icon name="finished" />
          Open
        </span>
      ) : (
        <span class="badge is-paused">
          <Icon name="paused" />
          Stopped
        </span>
      )}
      <span class="soft">
        {account.platformName} · {account.channels.join(', ')} ·{' '}
        {account.webhooks
          ? 'tells by webhook what became of messages'
          : 'is asked what became of messages'}
      </span>
    </div>
    {stop === null ? null : (
      <p class="note warn">
        <Icon name="paused" />
        <span>
          Nothing goes to the platform until <When at={stop.until} />:{' '}
          {stop.why ?? 'it asked to wait'}.
        </span>
      </p>
    )}
    <dl class="figures">
      {CALL_KINDS.map((kind) => (
        <Limit kind={kind} perSecond={account.limits[kind]} share={shares[kind] ?? 1} />
      ))}
    </dl>
  </li>
);

const Limit: FC<{ kind: CallKind; perSecond: number | undefined; share: number }> = ({
  kind,
  perSecond,
  share,
}) => (
  <div>
    <dt>{NAMES[kind]}</dt>
    <dd>
      {perSecond === undefined ? 'No limit' : rateWords(perSecond)}
      {perSecond === undefined || share >= 1 ? null : (
        <small>{Math.round(share * 100)} % of it now, climbing back</small>
      )}
    </dd>
  </div>
);
