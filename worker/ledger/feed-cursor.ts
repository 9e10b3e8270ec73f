import type { FeedTable } from './schema';

/** Where somebody is in the feed. */
export interface Cursor {
  readonly epoch: string;
  readonly position: number;
}

/** A cursor that cannot be gone on from. The message is a sentence that says what to do. */
export class FeedCursorError extends Error {
  override readonly name = 'FeedCursorError';

  constructor(
    readonly code: 'cursor_gone' | 'cursor_invalid',
    message: string,
  ) {
    super(message);
  }
}

export const writeCursor = ({ epoch, position }: Cursor): string => `${epoch}.${position}`;

/** @throws FeedCursorError when it is none. */
export function readCursor(text: string): Cursor {
  const [, epoch, position] = /^([0-9a-f]{16})\.(0|[1-9]\d{0,14})$/.exec(text) ?? [];
  if (epoch === undefined) {
    throw new FeedCursorError(
      'cursor_invalid',
      'this is no cursor of the feed: give one as it was answered, or none, to begin with the oldest event that is kept',
    );
  }
  return { epoch, position: Number(position) };
}

const ANEW =
  'Begin anew: without a cursor from the oldest event that is kept, or from "latest"; what lies between stands in the results';

/** @throws FeedCursorError when whoever goes on from there would miss something, or read something twice. */
export function needKept({ epoch, position }: Cursor, feed: Omit<FeedTable, 'id'>): void {
  // Where the ledger was restored, later positions have been given out for other events.
  if (epoch !== feed.epoch || position > feed.last) {
    throw new FeedCursorError(
      'cursor_gone',
      `the ledger was restored from a copy, or is another one, since this cursor was given. ${ANEW}`,
    );
  }
  if (position < feed.dropped) {
    throw new FeedCursorError(
      'cursor_gone',
      `events after this cursor are not kept any more: they are older than seven days. ${ANEW}`,
    );
  }
}
