/** Of an exported history, what is counted here. */
export interface HistoryEvent {
  readonly eventId?: string | number;
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType?: { readonly name?: string };
  };
  readonly activityTaskCompletedEventAttributes?: Closed;
  readonly activityTaskFailedEventAttributes?: Closed;
  readonly activityTaskTimedOutEventAttributes?: Closed;
  readonly activityTaskCanceledEventAttributes?: Closed;
}

interface Closed {
  readonly scheduledEventId?: string | number;
}

export interface EventCount {
  readonly all: number;
  readonly slices: number;
  /** Events of slices: the three of each, and those of every workflow task that an ended slice has caused. */
  readonly ofSlices: number;
}

const TASK = /^EVENT_TYPE_WORKFLOW_TASK_/;

/**
 * Counts a campaign's history. A slice costs its own events (scheduled, started, ended; tries that came to nothing add none) and the
 * workflow tasks after its end, with those that timed out as their worker was gone. Not counted as a slice's: timers, nudges and
 * controls, what was asked because of them, reading the list, and the beginning and the end of a run.
 */
export function countEvents(events: readonly HistoryEvent[]): EventCount {
  const named = new Map<string, string>();
  const count = { all: events.length, slices: 0, ofSlices: 0 };
  // Whether a slice has ended since the last workflow task that was completed, and the events of the task that follows.
  let ended = false;
  let task = 0;
  for (const event of events) {
    const { eventId = '', eventType: type } = event;
    if (TASK.test(type)) {
      task += 1;
      if (type !== 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED') continue;
      if (ended) count.ofSlices += task;
      ended = false;
      task = 0;
      continue;
    }
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled !== undefined) {
      named.set(String(eventId), scheduled.activityType?.name ?? '');
      if (scheduled.activityType?.name !== 'slice') continue;
      count.slices += 1;
      count.ofSlices += 1;
    }
    const closed = closedBy(event);
    if (closed === undefined || named.get(String(closed.scheduledEventId)) !== 'slice') continue;
    // With the one that says that it was started, which is written together with its end.
    count.ofSlices += 2;
    ended = true;
  }
  return count;
}

/** The most that a slice may cost. */
export const EVENTS_PER_SLICE = 8;

/** What is wrong with so many events, in a few words; null: nothing. No slice at all is wrong too: then nothing was counted. */
export function tooManyEvents({ slices, ofSlices }: EventCount): string | null {
  if (slices === 0) return 'no slice in the histories';
  const each = ofSlices / slices;
  return each <= EVENTS_PER_SLICE ? null : `${each.toFixed(1)} events a slice`;
}

export function sumOf(counts: readonly EventCount[]): EventCount {
  const sum = (of: (count: EventCount) => number): number =>
    counts.reduce((n, one) => n + of(one), 0);
  return { all: sum((c) => c.all), slices: sum((c) => c.slices), ofSlices: sum((c) => c.ofSlices) };
}

function closedBy(event: HistoryEvent): Closed | undefined {
  return (
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes
  );
}
