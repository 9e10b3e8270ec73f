import type { Context } from 'hono';
import type { ApiEnv } from '../route';
import { whole } from './load';
import type { Message } from './note';
import { many } from './words';

/** What was just done: a code in the address of the page that comes next, and these words on it. */
const DONE = {
  started: () => 'Started.',
  paused: () => 'Paused. Nothing new is sent; what is on its way is finished.',
  resumed: () => 'It goes on.',
  cancelled: () =>
    'Cancelled. Whoever had not been written to was skipped; what is on its way is settled.',
  rate: () => 'Changed. The rate holds from the next message on.',
  retried: (n: number) =>
    n === 0
      ? 'There is nothing to retry, but rows that a person ruled on.'
      : `Another chance for ${many(n, 'failed row')}.`,
  decided: (n: number) => `${many(n, 'row')} decided.`,
  resent: (n: number) => `${many(n, 'row')} to be sent again.`,
} as const;

export type Done = keyof typeof DONE;

export function doneBy(context: Context<ApiEnv>): Message | null {
  const done = context.req.query('done') ?? '';
  if (!Object.hasOwn(DONE, done)) return null;
  return { kind: 'done', text: DONE[done as Done](whole(context.req.query('n')) ?? 0) };
}
