import type { EventPage } from '../ledger';

export interface Following {
  /** The next page after a cursor. */
  readonly read: (after: string) => Promise<EventPage>;
  /** Whether there is more after it within so long. */
  readonly wait: (after: string, ms: number) => Promise<boolean>;
  /** Whether it is to end: the process does, or whoever follows may not any more. */
  readonly over: () => Promise<boolean>;
  /** Called once, however it ends. */
  readonly ended: () => void;
  readonly show: (event: EventPage['events'][number]) => unknown;
}

/** After so long without an event a line says that the stream is alive; then it is also looked whether it may go on. */
const HEARTBEAT_MS = 15_000;
/** How soon it is noticed that the process is about to end. */
const WAIT_MS = 1_000;

/**
 * Events as a stream (`text/event-stream`): the id of each is its cursor, so that a browser that comes back goes on where it was. Nothing is read ahead
 * of a slow reader.
 */
export function eventStream(first: EventPage, following: Following): ReadableStream<Uint8Array> {
  const { read, wait, over, ended, show } = following;
  const encoder = new TextEncoder();
  let page = first;
  let after = first.next;
  let cancelled = false;
  let saidAt = performance.now();

  /** What is to be said next; null: it is over. */
  async function next(): Promise<string | null> {
    while (!cancelled) {
      if (page.events.length > 0 || page === first) return tell(page);
      const isMore = page.more || (await wait(after, WAIT_MS));
      if (await over()) return null;
      const silent = performance.now() - saidAt > HEARTBEAT_MS;
      if (!isMore && !silent) continue;
      page = await read(after);
      after = page.next;
      // The cursor moves over what a filter keeps back: whoever comes back need not look at that again.
      if (page.events.length === 0 && silent) return `: still here\nid: ${after}\n\n`;
    }
    return null;
  }

  function tell({ events, next: cursor, more }: EventPage): string {
    page = { events: [], next: cursor, more };
    const lines = events.map(
      (event) => `id: ${event.cursor}\ndata: ${JSON.stringify(show(event))}\n\n`,
    );
    return `${lines.join('')}id: ${cursor}\n\n`;
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const said = await next();
          saidAt = performance.now();
          if (said !== null) return controller.enqueue(encoder.encode(said));
        } catch {
          // Whoever follows comes back with the last id, and hears then what is wrong.
        }
        if (!cancelled) controller.close();
        if (!cancelled) ended();
      },
      cancel() {
        if (cancelled) return;
        cancelled = true;
        ended();
      },
    },
    { highWaterMark: 0 },
  );
}
