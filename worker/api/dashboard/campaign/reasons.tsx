import type { FC } from 'hono/jsx';
import type { RecipientState } from '../../../../core/words';
import { describeReason } from '../../../campaign/reasons';
import type { CampaignStatus } from '../../status';
import { Badge } from '../badge';
import { Icon } from '../icons';
import { count, many } from '../words';
import { pathOf } from './actions';

const ORDER: readonly RecipientState[] = ['failed', 'unknown', 'skipped'];

/** Why rows did not end as sent, failures first. */
export const Reasons: FC<{ status: CampaignStatus; mayAct: boolean }> = ({ status, mayAct }) => {
  const { name, state, reasons } = status;
  const retries = mayAct && state !== 'cancelled' && state !== 'importing';
  const shown = reasons
    .filter((each) => ORDER.includes(each.state))
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.n - a.n);
  return (
    <section class="card" id="part-reasons" data-part="" aria-labelledby="reasons">
      <h2 id="reasons">Why rows were not sent</h2>
      {shown.length === 0 ? (
        <p class="soft">No row has failed, and none was skipped.</p>
      ) : (
        <table class="cards" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                State
              </th>
              <th scope="col" role="columnheader">
                Reason
              </th>
              <th scope="col" role="columnheader" class="n">
                Rows
              </th>
              <th scope="col" role="columnheader">
                <span class="unseen">What to do</span>
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((each) => (
              <Line name={name} each={each} retries={retries} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
};

const Line: FC<{ name: string; each: CampaignStatus['reasons'][number]; retries: boolean }> = ({
  name,
  each: { state, reason, n },
  retries,
}) => (
  <tr role="row" id={`reason-${state}-${reason}`}>
    <td role="cell" data-label="State" class="fit">
      <Badge state={state} />
    </td>
    <td role="cell" data-label="Reason">
      <span>
        {describeReason(reason)}
        {describeReason(reason) === reason ? null : <code class="soft"> {reason}</code>}
      </span>
    </td>
    <td role="cell" data-label="Rows" class="n">
      <a
        id={`show-${state}-${reason}`}
        href={`${pathOf(name)}?${new URLSearchParams({ state, reason }).toString()}#results`}
        aria-label={`Show ${many(n, 'row')}: ${state}, ${describeReason(reason)}`}
      >
        {count(n)}
      </a>
    </td>
    <td role="cell" class={retries && state === 'failed' && reason !== 'decided' ? 'fit' : 'none'}>
      {retries && state === 'failed' && reason !== 'decided' ? (
        <form method="post" action={pathOf(name, '/retry')}>
          <input type="hidden" name="reason" value={reason} />
          <button type="submit" class="quiet" id={`retry-${reason}`}>
            Retry
            <span class="unseen">
              {' '}
              {many(n, 'row')}: {describeReason(reason)}
            </span>
          </button>
        </form>
      ) : null}
    </td>
  </tr>
);

/** Rows that only a person can rule on. */
export const ToDecide: FC<{ status: CampaignStatus; mayAct: boolean }> = ({ status, mayAct }) => {
  const { name, counts } = status;
  return (
    <div id="part-decide" data-part="">
      {counts.unknown === 0 ? null : (
        <div class="note act odd">
          <Icon name="unknown" />
          <p>
            <strong>{many(counts.unknown, 'row needs', 'rows need')} a decision.</strong> Nobody can
            tell whether {counts.unknown === 1 ? 'its message' : 'their messages'} went out: the
            answer was lost.
          </p>
          {mayAct ? (
            <a class="button" id="decide" href={pathOf(name, '/decide')}>
              Decide
            </a>
          ) : null}
        </div>
      )}
    </div>
  );
};
