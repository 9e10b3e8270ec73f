import { writeCron } from '../campaign/cron';
import {
  nextRun,
  runsBetween,
  type ScheduleSpec,
  showTime,
  specOfSchedule,
} from '../campaign/schedule-spec';
import { listOccurrences, listSchedules, type Schedule } from '../ledger';
import type { Globals } from './globals';
import { withExistingLedger } from './ledger-file';
import { say, sayJson, table } from './screen';
import { theSchedule } from './the-schedule';

type Last = Awaited<ReturnType<typeof listOccurrences>>[number];

export async function listAll(globals: Globals): Promise<void> {
  await withExistingLedger(globals, async (ledger) => {
    const schedules = await listSchedules(ledger.db);
    const rows: string[][] = [];
    for (const schedule of schedules) {
      const spec = specOfSchedule(schedule);
      const [last] = await listOccurrences(ledger.db, schedule.id, 1);
      const next = nextOf(schedule, spec, ledger.now());
      if (globals.json) {
        sayJson(asJson(schedule, spec, next, last));
        continue;
      }
      const { name, engine, state } = schedule;
      const shown = next === null ? '' : showTime(spec, next);
      rows.push([name, state, shown, spec.zone, engine, last === undefined ? '' : outcomeOf(last)]);
    }
    if (globals.json) return;
    if (rows.length === 0) {
      return say('There is no schedule yet. Begin with: campaign schedule create FILE');
    }
    for (const line of table(['schedule', 'state', 'next', 'zone', 'engine', 'last'], rows))
      say(line);
  });
}

export async function showOne(name: string, globals: Globals): Promise<void> {
  await withExistingLedger(globals, async (ledger) => {
    const schedule = await theSchedule(ledger, name);
    const spec = specOfSchedule(schedule);
    const now = ledger.now();
    const next = nextOf(schedule, spec, now);
    const occurrences = await listOccurrences(ledger.db, schedule.id, 10);
    const temporal = await askTemporal(schedule);
    if (globals.json) {
      const shown = asJson(schedule, spec, next, occurrences[0]);
      return sayJson({ ...shown, occurrences: occurrences.map(publicOf), temporal });
    }
    const { state, why, engine } = schedule;
    say(`${name}: ${state}${why === null ? '' : ` (${why})`}, ${engine} engine`);
    say(`  pattern   ${writeCron(spec.cron)}, ${spec.zone}`);
    say(
      `  policy    overlap ${spec.overlap}, catches up ${spec.catchUpMs / 60_000} min, jitter ${spec.jitterMs / 1_000} s${spec.pauseOnFailure ? ', pauses on failure' : ''}`,
    );
    const times = state === 'active' ? timesAhead(spec, now) : [];
    say(`  next      ${times.length === 0 ? 'none' : times.join(' · ')}`);
    if (temporal !== null) say(`  Temporal  ${temporal}`);
    for (const each of occurrences) {
      say(
        `  ${each.local.padEnd(20)}${outcomeOf(each)}${each.detail === null ? '' : `: ${each.detail}`}`,
      );
    }
    if (state === 'paused') say(`Let it go on: campaign schedule resume ${name}`);
  });
}

function nextOf(schedule: Schedule, spec: ScheduleSpec, now: number): number | null {
  if (schedule.state !== 'active') return null;
  return schedule.next_at ?? nextRun(spec, now);
}

function timesAhead(spec: ScheduleSpec, now: number): string[] {
  return runsBetween(spec, now + 1, Number.MAX_SAFE_INTEGER, 3).map((ms) => showTime(spec, ms));
}

/** A sentence on what Temporal knows; null where it is not asked. */
async function askTemporal({ engine, ref, state }: Schedule): Promise<string | null> {
  if (engine !== 'temporal') return null;
  const { connectTemporal } = await import('../engine/temporal/connection.js');
  const { describeSchedule } = await import('../engine/temporal/schedules.js');
  try {
    const { client, close } = await connectTemporal();
    try {
      const found = await describeSchedule(client, ref);
      if (found === null) return 'does not know it; a worker tells it within a minute';
      const { numActionsTaken, numActionsSkippedOverlap: passed } = found.info;
      const paused = found.state.paused && state === 'active' ? 'paused there, ' : '';
      return `${paused}begun ${numActionsTaken} times, passed over for overlap ${passed} times`;
    } finally {
      await close();
    }
  } catch {
    return 'cannot be reached now';
  }
}

const WORDS: Readonly<Record<string, string>> = {
  missed: 'nobody was there in time',
  overlap: 'the one before was not over',
  paused: 'the schedule was paused',
  same_content: 'the same list and message as last time',
  empty_list: 'nobody was on the list',
  all_excluded: 'everybody on the list was written to lately',
  deleted: 'the schedule was deleted',
  cancelled: 'its workflow was cancelled in Temporal',
  restored: 'the ledger was restored from a copy',
};

function outcomeOf({ local, state, why, campaign, campaignState }: Last): string {
  const reason = WORDS[why ?? ''] ?? why ?? '';
  switch (state) {
    case 'opened':
      return `${campaign ?? local} ${campaignState ?? ''}`.trim();
    case 'skipped':
      return `passed over: ${reason}`;
    case 'failed':
      return `could not be opened (${reason})`;
    case 'trying':
      return `cannot be opened yet (${reason})`;
    case 'asked':
      return 'waits for a worker, or for the one before';
  }
}

const publicOf = ({ local, state, why, detail, campaign, campaignState }: Last) => ({
  ...{ local, state, why, detail, campaign, campaignState },
});

function asJson(schedule: Schedule, spec: ScheduleSpec, next: number | null, last?: Last) {
  const { name, engine, state, why } = schedule;
  const { zone, overlap, jitterMs, catchUpMs, pauseOnFailure } = spec;
  return {
    ...{ schedule: name, engine, state, why, cron: writeCron(spec.cron), zone },
    ...{ overlap, jitterMs, catchUpMs, pauseOnFailure },
    next: next === null ? null : new Date(next).toISOString(),
    last: last === undefined ? null : publicOf(last),
  };
}
