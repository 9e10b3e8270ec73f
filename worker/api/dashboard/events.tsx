import type { FC } from 'hono/jsx';
import { describeReason } from '../../campaign/reasons';
import type { FeedEvent } from '../../ledger';
import type { Caller } from '../auth';
import { Badge } from './badge';
import { pathOf } from './campaign/actions';
import { Frame } from './frame';
import { Told } from './note';
import { TableHead } from './table-head';
import { When } from './when';

interface EventsProps {
  /** The newest first. */
  readonly events: readonly FeedEvent[];
}

export const EventsParts: FC<EventsProps> = ({ events }) => (
  <>
    <Told
      says={`The last of ${events.length} events is ${events[0]?.type ?? 'none'}`}
      resting={false}
    />
    <List events={events} />
  </>
);

/** What happened lately. */
export const EventsPage: FC<EventsProps & { caller: Caller }> = ({ caller, events }) => (
  <Frame title="Events" here="events" caller={caller} live>
    <div class="stack">
      <div>
        <h1>Events</h1>
        <p class="says">
          The newest of the feed that other programs follow at <code>/events</code>; it is kept for
          seven days.
        </p>
      </div>
      <List events={events} />
    </div>
  </Frame>
);

const COLUMNS = ['When', 'What', 'Campaign', 'Row', 'About'] as const;

const List: FC<EventsProps> = ({ events }) => (
  <section class="card" id="part-events" data-part="" aria-label="Events">
    {events.length === 0 ? (
      <p class="soft">Nothing has happened yet.</p>
    ) : (
      <table class="cards" role="table">
        <TableHead labels={COLUMNS} />
        <tbody role="rowgroup">
          {events.map((event) => (
            <Line event={event} />
          ))}
        </tbody>
      </table>
    )}
  </section>
);

const Line: FC<{ event: FeedEvent }> = ({ event }) => {
  const { cursor, at, type, campaign, recipient, told, reason, account } = event;
  const words = told?.text ?? (reason === null ? null : reasonWords(reason));
  return (
    <tr role="row" id={`event-${cursor}`}>
      <td role="cell" data-label="When" class="fit soft">
        <When at={at} toTheSecond />
      </td>
      <td role="cell" data-label="What" class="fit">
        <span>
          <Badge state={type} />
        </span>
      </td>
      <td role="cell" data-label="Campaign">
        {campaign?.kind === 'list' ? (
          <a href={pathOf(campaign.name)} id={`to-${cursor}`}>
            {campaign.name}
          </a>
        ) : (
          <span class="soft">{campaign === null ? (account ?? '–') : 'a single message'}</span>
        )}
      </td>
      <td role="cell" data-label="Row" class={recipient === null ? 'none' : ''}>
        {recipient === null ? null : (
          <span>
            {campaign?.kind === 'list' ? `${recipient.row} · ` : null}
            {recipient.address ?? recipient.raw}
          </span>
        )}
      </td>
      <td role="cell" data-label="About" class={words === null ? 'none' : ''}>
        {words === null ? null : <span>{words}</span>}
      </td>
    </tr>
  );
};

const BY: Readonly<Record<string, string>> = {
  operator: 'by a person',
  interrupt: 'by an interrupt where it ran',
  self: 'by itself',
};

const reasonWords = (reason: string): string => BY[reason] ?? describeReason(reason);
