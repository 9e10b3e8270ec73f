import type { FC } from 'hono/jsx';
import { describeReason } from '../../../campaign/reasons';
import type { ResultRow } from '../../../ledger';
import type { Caller } from '../../auth';
import type { CampaignStatus } from '../../status';
import { Frame } from '../frame';
import { Icon } from '../icons';
import { type Message, Said } from '../note';
import { TableHead } from '../table-head';
import { When } from '../when';
import { many } from '../words';
import { pathOf } from './actions';

interface DecideProps {
  readonly status: CampaignStatus;
  readonly caller: Caller;
  /** The one that is ruled on, or the first of all that are. */
  readonly rows: readonly ResultRow[];
  readonly single: boolean;
  readonly message: Message | null;
}

/** A person rules on rows of which nobody can tell whether they were sent. */
export const DecidePage: FC<DecideProps> = ({ status, caller, rows, single, message }) => {
  const { name, counts, state } = status;
  const n = single ? rows.length : counts.unknown;
  return (
    <Frame title={`Decide on ${name}`} here="campaigns" caller={caller}>
      <div class="sheet stack broad">
        <nav class="crumb" aria-label="Breadcrumb">
          <a href="/">Campaigns</a> / <a href={pathOf(name)}>{name}</a>
        </nav>
        <h1>{single ? 'A row that is unknown' : 'Rows that are unknown'}</h1>
        <Said message={message} />
        {n === 0 ? (
          <p>There is nothing to decide{single ? ' on this row' : ''} any more.</p>
        ) : (
          <>
            <p>
              The answer was lost, and the platform cannot tell whether the message went out. Look{' '}
              {n === 1 ? 'it' : 'each one'} up on the platform, then say what is so.
            </p>
            <Rows name={name} rows={rows} more={n - rows.length} single={single || n === 1} />
            <Ruling
              name={name}
              one={single ? (rows[0] ?? null) : null}
              n={n}
              mayResend={state !== 'cancelled'}
            />
          </>
        )}
      </div>
    </Frame>
  );
};

interface RowsProps {
  readonly name: string;
  readonly rows: readonly ResultRow[];
  readonly more: number;
  readonly single: boolean;
}

const Rows: FC<RowsProps> = ({ name, rows, more, single }) => (
  <section class="card" aria-labelledby="rows">
    <h2 id="rows">{single ? 'The row' : 'The rows'}</h2>
    <table class="cards" role="table" aria-labelledby="rows">
      <TableHead
        labels={['Row', 'To', 'Why', 'Conversation', 'Since', ...(single ? [] : ['One by one'])]}
      />
      <tbody role="rowgroup">
        {rows.map((each) => (
          <tr role="row">
            <th scope="row" role="rowheader" data-label="Row">
              <span>{each.row}</span>
            </th>
            <td role="cell" data-label="To" class="to">
              <span>{each.address ?? each.raw}</span>
            </td>
            <td role="cell" data-label="Why">
              <span>
                {each.reason === null ? '–' : describeReason(each.reason)}
                {each.detail === null ? null : <span class="detail">{each.detail}</span>}
              </span>
            </td>
            <td role="cell" data-label="Conversation" class="fit">
              <span>{each.conversation_id ?? '–'}</span>
            </td>
            <td role="cell" data-label="Since" class="fit soft">
              <When at={each.updated_at} />
            </td>
            {single ? null : (
              <td role="cell" data-label="One by one">
                <a href={pathOf(name, `/decide?at=${each.seq}`)}>
                  Decide<span class="unseen"> on row {each.row} alone</span>
                </a>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
    {more > 0 ? <p class="hint">and {many(more, 'more row')}</p> : null}
  </section>
);

interface RulingProps {
  readonly name: string;
  /** The one that is meant; null: all. */
  readonly one: ResultRow | null;
  readonly n: number;
  readonly mayResend: boolean;
}

const Ruling: FC<RulingProps> = ({ name, one, n, mayResend }) => {
  const they = n === 1 ? 'The person' : `All ${many(n, 'person', 'people')}`;
  const have = n === 1 ? 'has' : 'have';
  return (
    <form method="post" action={pathOf(name, '/decide')} class="card stack">
      {one === null ? null : <input type="hidden" name="row" value={one.row} />}
      {one === null ? null : <input type="hidden" name="at" value={one.seq} />}
      <input type="hidden" name="n" value={n} />
      <fieldset>
        <legend>
          <h2>What is so?</h2>
        </legend>
        <Choice value="sent" label="Sent" hint={`${they} ${have} the message.`} />
        <Choice
          value="failed"
          label="Failed"
          hint={`${they} ${n === 1 ? 'does' : 'do'} not have it, and ${n === 1 ? 'is' : 'are'} left out.`}
        />
        {mayResend ? (
          <Choice
            value="resend"
            label="Send again"
            hint="Whoever did get the first message gets a second one: nobody can take that back."
          />
        ) : null}
      </fieldset>
      {mayResend ? (
        <div class="note warn">
          <Icon name="delivery_failed" />
          <label class="row">
            <input type="checkbox" name="risk" value="yes" />
            <span>To send again: yes, a second message is possible.</span>
          </label>
        </div>
      ) : null}
      <div class="row">
        <button type="submit" class="main">
          Decide on {many(n, 'row')}
        </button>
        <a class="button" href={pathOf(name)}>
          Not now
        </a>
      </div>
    </form>
  );
};

const Choice: FC<{ value: string; label: string; hint: string }> = ({ value, label, hint }) => (
  <label class="choice">
    <input type="radio" name="as" value={value} required />
    <span>
      <b>{label}</b>
      <span class="hint">{hint}</span>
    </span>
  </label>
);
