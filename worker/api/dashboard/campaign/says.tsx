import type { FC } from 'hono/jsx';
import type { CampaignStatus } from '../../status';
import { When } from '../when';
import { many } from '../words';

const BY = {
  operator: 'Paused by a person',
  interrupt: 'Paused by an interrupt where it ran',
  self: 'Paused by itself',
} as const;

/** What a campaign does, in a sentence: why it stands still, and what it waits for. */
export const Says: FC<{ status: CampaignStatus }> = ({ status }) => {
  const { state, why, pausedBy, waitingFor, endedAt, counts } = status;
  switch (state) {
    case 'importing':
      return <>{importing(status)}</>;
    case 'ready':
      return (
        <>
          All rows are in: {ended(waitingFor?.why ?? 'it is to be started')}{' '}
          {many(counts.pending, 'row')} {counts.pending === 1 ? 'waits' : 'wait'}.
        </>
      );
    case 'paused':
      return (
        <>
          {pausedBy === null ? 'Paused' : BY[pausedBy]}
          {why === null ? '.' : `: ${ended(why)}`}
        </>
      );
    case 'finished':
      return (
        <>
          Every row has its end
          {endedAt === null ? (
            ''
          ) : (
            <>
              , since <When at={endedAt} />
            </>
          )}
          .
        </>
      );
    case 'cancelled':
      return (
        <>
          Cancelled
          {endedAt === null ? (
            ''
          ) : (
            <>
              {' '}
              <When at={endedAt} />
            </>
          )}
          : whoever had not been written to was skipped.
        </>
      );
    case 'running':
      if (waitingFor === null) return <>Sending.</>;
      return (
        <>
          Waits
          {waitingFor.until === null ? (
            ''
          ) : (
            <>
              {' '}
              until <When at={waitingFor.until} />
            </>
          )}
          : {ended(waitingFor.why)}
        </>
      );
  }
};

function importing({ why, imported, waitingFor }: CampaignStatus): string {
  if (why !== null) return `Its list could not be read: ${ended(why)}`;
  const what = waitingFor?.why ?? 'its list is being read';
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${many(imported, 'row')} so far.`;
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The same in few words, without a number that moves all the time: what is announced when it changes. */
export function brief({ name, state, why, waitingFor, counts }: CampaignStatus): string {
  if (state === 'paused') return `${name} is paused${why === null ? '' : `: ${why}`}`;
  if (state !== 'running') return `${name} is ${state}`;
  const open = counts.pending + counts.claimed + counts.sending;
  const quarter =
    counts.total === 0 ? 0 : Math.floor((4 * (counts.total - open)) / counts.total) * 25;
  const unknown = counts.unknown > 0 ? '; some rows need a decision' : '';
  return `${name} is ${waitingFor === null ? 'running' : `waiting: ${waitingFor.why}`}, ${quarter} % done${unknown}`;
}
