import type { FC } from 'hono/jsx';
import { CAMPAIGN_STATES, type CampaignState } from '../../../core/words';
import type { Caller } from '../auth';
import type { CampaignStatus } from '../status';
import { Badge, labelOf } from './badge';
import { Bar, doneRows, openRows } from './bar';
import { Begin } from './begin';
import { pathOf } from './campaign/actions';
import { brief, Says } from './campaign/says';
import { Frame } from './frame';
import { Icon } from './icons';
import { Told } from './note';
import { When } from './when';
import { count, percentOf, rateWords } from './words';

interface ListProps {
  readonly campaigns: readonly CampaignStatus[];
  readonly totals: Readonly<Record<CampaignState, number>>;
  /** Only these; null: all. */
  readonly state: CampaignState | null;
  /** What the next page comes after. */
  readonly next: number | null;
  readonly first: boolean;
}

/** What the script asks for again and again. */
export const CampaignsParts: FC<ListProps> = (props) => (
  <>
    <Told says={saysOf(props)} resting={false} />
    <Filters {...props} />
    <List {...props} />
  </>
);

/** Which campaigns there are, the newest first. */
export const CampaignsPage: FC<ListProps & { caller: Caller }> = ({ caller, ...props }) => (
  <Frame title="Campaigns" here="campaigns" caller={caller} live>
    <div class="stack">
      <h1>Campaigns</h1>
      <Filters {...props} />
      <List {...props} />
      <Pager {...props} />
    </div>
  </Frame>
);

/** Those that are under way; it changes with their states, not with their numbers. */
function saysOf({ campaigns }: ListProps): string {
  const busy = campaigns.filter(({ state }) => state === 'running' || state === 'paused');
  return busy.length === 0 ? 'No campaign is running.' : busy.map(brief).join('. ');
}

const Filters: FC<ListProps> = ({ totals, state }) => {
  const all = CAMPAIGN_STATES.reduce((sum, each) => sum + totals[each], 0);
  return (
    <nav aria-label="Campaigns by state" id="part-filters" data-part="">
      {all === 0 ? null : (
        <ul class="filters">
          <li>
            <Filter id="filter-all" href="/" label="All" n={all} chosen={state === null} />
          </li>
          {CAMPAIGN_STATES.map((each) =>
            totals[each] === 0 && each !== state ? null : (
              <li id={`filter-${each}-item`}>
                <Filter
                  id={`filter-${each}`}
                  href={`/?state=${each}`}
                  label={labelOf(each)}
                  n={totals[each]}
                  chosen={each === state}
                />
              </li>
            ),
          )}
        </ul>
      )}
    </nav>
  );
};

interface FilterProps {
  readonly id: string;
  readonly href: string;
  readonly label: string;
  readonly n: number;
  readonly chosen: boolean;
}

const Filter: FC<FilterProps> = ({ id, href, label, n, chosen }) => (
  <a id={id} href={href} {...(chosen ? { 'aria-current': 'true' } : {})}>
    {label} <span class="soft">{count(n)}</span>
  </a>
);

const List: FC<ListProps> = ({ campaigns, state, first }) => (
  <div id="part-campaigns" data-part="">
    {campaigns.length > 0 ? (
      <ol class="campaigns">
        {campaigns.map((status) => (
          <Item status={status} />
        ))}
      </ol>
    ) : state === null && first ? (
      <Begin />
    ) : (
      <p class="soft">No campaign is {state ?? 'older'}.</p>
    )}
  </div>
);

const Item: FC<{ status: CampaignStatus }> = ({ status }) => {
  const { name, ref, state, account, counts, createdAt } = status;
  return (
    <li id={`campaign-${ref}`}>
      <div>
        <h2>
          <a href={pathOf(name)} id={`open-${ref}`}>
            {name}
          </a>
          <Badge state={state} />
        </h2>
        <p class="why">
          {state === 'running' || state === 'paused' || state === 'importing' ? (
            <Says status={status} />
          ) : (
            <>
              {account}, made <When at={createdAt} />
            </>
          )}
        </p>
      </div>
      <div class="stack tight">
        <Bar counts={counts} label={`Rows of ${name} done`} />
        <Line status={status} />
      </div>
    </li>
  );
};

const Line: FC<{ status: CampaignStatus }> = ({ status: { state, counts, rate, finishAt } }) => (
  <p class="line">
    <span>
      <strong>{count(doneRows(counts))}</strong> of {count(counts.total)}{' '}
      <span class="soft">{percentOf(doneRows(counts), counts.total)} %</span>
    </span>
    {state === 'running' && rate.now !== null ? <span>{rateWords(rate.now)}</span> : null}
    {finishAt === null || openRows(counts) === 0 ? null : (
      <span>
        done about <When at={finishAt} />
      </span>
    )}
    {counts.failed === 0 ? null : (
      <span class="of-failed">
        <Icon name="failed" />
        <strong>{count(counts.failed)}</strong> failed
      </span>
    )}
    {counts.unknown === 0 ? null : (
      <span class="of-unknown">
        <Icon name="unknown" />
        <strong>{count(counts.unknown)}</strong> unknown
      </span>
    )}
  </p>
);

const Pager: FC<ListProps> = ({ state, next, first }) => {
  if (first && next === null) return null;
  const to = (before: number | null): string => {
    const query = new URLSearchParams();
    if (state !== null) query.set('state', state);
    if (before !== null) query.set('before', String(before));
    const text = query.toString();
    return text === '' ? '/' : `/?${text}`;
  };
  return (
    <nav class="pager" aria-label="Pages of campaigns">
      {first ? <span /> : <a href={to(null)}>Newest</a>}
      {next === null ? <span /> : <a href={to(next)}>Older</a>}
    </nav>
  );
};
