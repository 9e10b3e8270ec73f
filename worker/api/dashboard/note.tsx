import type { FC } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Icon } from './icons';

/** What was done, or why it was not. */
export type Message =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string; readonly status: ContentfulStatusCode };

export const Said: FC<{ message: Message | null }> = ({ message }) => {
  if (message === null) return null;
  const refused = message.kind === 'refused';
  return (
    <div
      class={`note ${refused ? 'bad' : 'good'}`}
      role={refused ? 'alert' : 'status'}
      tabindex={-1}
      data-focus=""
    >
      <Icon name={refused ? 'failed' : 'finished'} />
      <p>{message.text}</p>
    </div>
  );
};

/** Tells the script what to announce when it changes, and how soon to ask again. */
export const Told: FC<{ says: string; resting: boolean }> = ({ says, resting }) => (
  <p data-says={says} data-every={resting ? '10000' : '2000'} />
);
