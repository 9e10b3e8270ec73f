import { expect, test } from 'vitest';
import { countEvents, type HistoryEvent, sumOf, tooManyEvents } from '../../chaos/events';

/** Writes histories as the server does. */
function script() {
  const events: HistoryEvent[] = [];
  const add = (type: string, more: object = {}): string => {
    const eventId = String(events.length + 1);
    events.push({ eventId, eventType: `EVENT_TYPE_${type}`, ...more });
    return eventId;
  };
  const task = (...states: string[]): void => {
    for (const state of states) add(`WORKFLOW_TASK_${state}`);
  };
  const it = {
    events,
    begin() {
      add('WORKFLOW_EXECUTION_STARTED');
      it.step();
      it.end(it.schedule('next'));
    },
    /** A workflow task that is done at once. */
    step: () => task('SCHEDULED', 'STARTED', 'COMPLETED'),
    /** One whose worker was gone. */
    stepLate: () => task('SCHEDULED', 'TIMED_OUT', 'SCHEDULED', 'STARTED', 'COMPLETED'),
    schedule: (name: string) =>
      add('ACTIVITY_TASK_SCHEDULED', {
        activityTaskScheduledEventAttributes: { activityType: { name } },
      }),
    /** `Started` is written only now. */
    end(scheduledEventId: string) {
      add('ACTIVITY_TASK_STARTED');
      add('ACTIVITY_TASK_COMPLETED', {
        activityTaskCompletedEventAttributes: { scheduledEventId },
      });
    },
    timer() {
      add('TIMER_STARTED');
      add('TIMER_FIRED');
      it.step();
    },
    nudge() {
      add('WORKFLOW_EXECUTION_SIGNALED');
      it.step();
    },
  };
  return it;
}

test('a slice costs its own three events and the workflow task after it', () => {
  const it = script();
  it.begin();
  it.step();
  for (let n = 0; n < 10; n += 1) {
    it.end(it.schedule('slice'));
    it.step();
  }
  expect(countEvents(it.events)).toEqual({ all: 10 + 60, slices: 10, ofSlices: 60 });
});

test('two at once cost a task each, or share one', () => {
  const it = script();
  const [one, two] = [it.schedule('slice'), it.schedule('slice')];
  it.end(one);
  it.step();
  it.end(two);
  it.step();
  const [three, four] = [it.schedule('slice'), it.schedule('slice')];
  it.end(three);
  it.end(four);
  it.step();
  expect(countEvents(it.events)).toMatchObject({ slices: 4, ofSlices: 12 + 9 });
});

test('waits, nudges and what is asked then are no part of a slice', () => {
  const it = script();
  it.begin();
  it.step();
  it.end(it.schedule('slice'));
  it.step();
  it.timer();
  it.nudge();
  it.end(it.schedule('next'));
  it.step();
  it.end(it.schedule('control'));
  it.step();
  expect(countEvents(it.events)).toMatchObject({ slices: 1, ofSlices: 6 });
});

test('what a dead worker costs counts', () => {
  const it = script();
  it.end(it.schedule('slice'));
  it.stepLate();
  expect(countEvents(it.events)).toMatchObject({ slices: 1, ofSlices: 8 });
});

test('more than eight a slice are too many, and no slice at all proves nothing', () => {
  const it = script();
  it.end(it.schedule('slice'));
  it.stepLate();
  expect(tooManyEvents(countEvents(it.events))).toBeNull();
  const other = script();
  other.end(other.schedule('slice'));
  other.events.push({ eventType: 'EVENT_TYPE_WORKFLOW_TASK_FAILED' });
  other.stepLate();
  expect(tooManyEvents(countEvents(other.events))).toBe('9.0 events a slice');
  expect(tooManyEvents(sumOf([countEvents(it.events), countEvents(other.events)]))).toBe(
    '8.5 events a slice',
  );
  expect(tooManyEvents(sumOf([]))).toBe('no slice in the histories');
});
