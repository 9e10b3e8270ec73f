import type { FC } from 'hono/jsx';
import { RECIPIENT_STATES, type RecipientState } from '../../../../core/words';
import { describeReason } from '../../../campaign/reasons';
import type { ResultRow } from '../../../ledger';
import type { CampaignStatus } from '../../status';
import { Badge, labelOf } from '../badge';
import { TableHead } from '../table-head';
import { When } from '../when';
import { count } from '../words';
import { pathOf } from './actions';

/** Which rows are shown. */
export interface Chosen {
  readonly state: RecipientState | null;
  readonly reason: string | null;
  /** `seq` of the last row of the page before; null on the first page. */
  readonly after: number | null;
}

export interface ResultPage {
  readonly rows: readonly ResultRow[];
  /** There are more after these. */
  readonly next: number | null;
}

interface ResultsProps {
  readonly status: CampaignStatus;
  readonly chosen: Chosen;
  readonly page: ResultPage;
  readonly mayAct: boolean;
}

/** The rows of a campaign, page by page. Not among the parts that move: a row that is being read stays where it is. */
export const Results: FC<ResultsProps> = ({ status, chosen, page, mayAct }) => (
  <section class="card" id="results" aria-labelledby="results-title">
    <div class="between">
      <h2 id="results-title">Results</h2>
      <a href={`/campaigns/${encodeURIComponent(status.name)}/results.csv`} download="">
        All as CSV
      </a>
    </div>
    <Choose status={status} chosen={chosen} />
    {page.rows.length === 0 ? (
      <p class="soft">{chosen.after === null ? 'No rows like these.' : 'No more rows.'}</p>
    ) : (
      <Rows name={status.name} rows={page.rows} mayAct={mayAct} />
    )}
    <Pages name={status.name} chosen={chosen} next={page.next} />
  </section>
);

const Choose: FC<{ status: CampaignStatus; chosen: Chosen }> = ({ status, chosen }) => {
  const { name, counts, reasons } = status;
  const listed = [...new Set(reasons.map(({ reason }) => reason))];
  return (
    <form class="choose" method="get" action={`${pathOf(name)}#results`}>
      <div class="field">
        <label for="state">State</label>
        <select id="state" name="state">
          <option value="">Every state</option>
          {RECIPIENT_STATES.map((state) =>
            counts[state] === 0 && state !== chosen.state ? null : (
              <option value={state} selected={state === chosen.state}>
                {labelOf(state)} ({count(counts[state])})
              </option>
            ),
          )}
        </select>
      </div>
      {listed.length === 0 && chosen.reason === null ? null : (
        <div class="field">
          <label for="reason">Reason</label>
          <select id="reason" name="reason">
            <option value="">Every reason</option>
            {[...new Set([...listed, ...(chosen.reason === null ? [] : [chosen.reason])])].map(
              (reason) => (
                <option value={reason} selected={reason === chosen.reason}>
                  {describeReason(reason)}
                </option>
              ),
            )}
          </select>
        </div>
      )}
      <button type="submit">Show</button>
    </form>
  );
};

const COLUMNS = ['Row', 'To', 'State', 'Why', 'Delivery', 'Changed'] as const;

const Rows: FC<{ name: string; rows: readonly ResultRow[]; mayAct: boolean }> = ({
  name,
  rows,
  mayAct,
}) => (
  <table class="cards" role="table" aria-labelledby="results-title">
    <TableHead labels={COLUMNS} />
    <tbody role="rowgroup">
      {rows.map((row) => (
        <tr role="row">
          <th scope="row" role="rowheader" data-label="Row">
            <span>{row.row}</span>
          </th>
          <td role="cell" data-label="To" class="to">
            <span>{row.address ?? row.raw}</span>
          </td>
          <td role="cell" data-label="State" class="fit">
            <span>
              <Badge state={row.state} />
            </span>
          </td>
          <td
            role="cell"
            data-label="Why"
            class={row.reason === null && row.detail === null ? 'none' : ''}
          >
            <span>
              {row.reason === null ? null : describeReason(row.reason)}
              {row.detail === null ? null : <span class="detail">{row.detail}</span>}
              {row.state === 'unknown' && mayAct ? (
                <a href={pathOf(name, `/decide?at=${row.seq}`)}>
                  Decide<span class="unseen"> on row {row.row}</span>
                </a>
              ) : null}
            </span>
          </td>
          <td role="cell" data-label="Delivery" class={row.delivery === null ? 'none fit' : 'fit'}>
            {row.delivery === null ? null : (
              <span>
                <Badge state={row.delivery} />
              </span>
            )}
          </td>
          <td role="cell" data-label="Changed" class="fit soft">
            <When at={row.updated_at} toTheSecond />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Pages: FC<{ name: string; chosen: Chosen; next: number | null }> = ({
  name,
  chosen,
  next,
}) => {
  const { state, reason, after } = chosen;
  if (after === null && next === null) return null;
  const to = (from: number | null): string => {
    const query = new URLSearchParams();
    if (state !== null) query.set('state', state);
    if (reason !== null) query.set('reason', reason);
    if (from !== null) query.set('after', String(from));
    return `${pathOf(name)}?${query.toString()}#results`;
  };
  return (
    <nav class="pager" aria-label="Pages of results">
      {after === null ? <span /> : <a href={to(null)}>First page</a>}
      {next === null ? <span /> : <a href={to(next)}>Next page</a>}
    </nav>
  );
};
