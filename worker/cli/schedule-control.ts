import { InputError } from '../campaign/input-error';
import { momentOf, specOfSchedule } from '../campaign/schedule-spec';
import {
  isSameContent,
  MOST_BACKFILL,
  removeNow,
  resumeNow,
  timesOf,
  triggerNow,
} from '../engine/schedule-control';
import { askFor, type Ledger, pauseSchedule, type Schedule } from '../ledger';
import type { Globals } from './globals';
import { withExistingLedger } from './ledger-file';
import { tellTemporal } from './schedule-tell';
import { confirm, isTerminal, many, say, sayJson } from './screen';
import { theSchedule } from './the-schedule';
import { spoolFolder } from './which-ledger';

export async function pause(name: string, why: string | null, globals: Globals): Promise<void> {
  await changing(name, globals, async (ledger) => {
    const changed = await pauseSchedule(ledger, name, why, ledger.now());
    return {
      state: 'paused',
      words: changed ? `${name} is paused.` : `${name} was paused already.`,
    };
  });
}

export async function resume(name: string, globals: Globals): Promise<void> {
  await changing(name, globals, async (ledger) => {
    const changed = await resumeNow(ledger, name);
    return { state: 'active', words: changed ? `${name} goes on.` : `${name} was active already.` };
  });
}

export async function remove(name: string, yes: boolean, globals: Globals): Promise<void> {
  await changing(name, globals, async (ledger) => {
    if (!(await sure(yes, `Delete the schedule ${name}? Its campaigns stay.`))) return null;
    await removeNow(ledger, name);
    return { state: 'deleted', words: `${name} is deleted. What it has opened goes on.` };
  });
}

export async function trigger(name: string, yes: boolean, globals: Globals): Promise<void> {
  await changing(name, globals, async (ledger, schedule) => {
    const places = { spoolFolder: spoolFolder(globals.ledger), allowLists: globals.allowLists };
    const same = await isSameContent(ledger, schedule, places);
    if (same && !yes) {
      const what =
        'The list and the message are the same as last time, so everybody would get the same once more';
      if (!isTerminal()) throw new InputError(`${what}. If that is meant, say so with --yes.`);
      if (!(await confirm(`${what}. Send it?`))) return null;
    }
    const campaign = await triggerNow(ledger, schedule, { sameOk: same || yes });
    if (campaign === null) {
      throw new InputError('It was triggered in this very second. Nothing more is done.');
    }
    return {
      ...{ state: schedule.state, more: { campaign } },
      words: `A worker opens ${campaign} as soon as one can. Watch it: campaign schedule show ${name}`,
    };
  });
}

export async function backfill(
  name: string,
  options: { readonly from: string; readonly to: string; readonly yes?: boolean },
  globals: Globals,
): Promise<void> {
  await changing(name, globals, async (ledger, schedule) => {
    const spec = specOfSchedule(schedule);
    const now = ledger.now();
    const from = momentOf(options.from, spec.zone);
    const to = momentOf(options.to, spec.zone);
    if (from === null || to === null || from > to || from > now) {
      throw new InputError(
        '--from and --to must be times like 2026-04-01T09:00, in this order, of a span that has begun.',
      );
    }
    const asked = timesOf(schedule, from, Math.min(to, now));
    if (asked.length > MOST_BACKFILL) {
      throw new InputError(
        `That span has more than ${MOST_BACKFILL} of its times: make it shorter. Nothing was done.`,
      );
    }
    if (asked.length === 0) throw new InputError(`${name} has no time in that span.`);
    const question = `Open ${many(asked.length, 'time')} that passed? Those that were opened are not opened again.`;
    if (!(await sure(options.yes === true, question))) return null;
    const added = await askFor(ledger, schedule.id, asked, now);
    const there = asked.length - added.length;
    return {
      ...{ state: schedule.state, more: { asked: added, before: there } },
      words:
        `${many(added.length, 'time')} will be opened by a worker, one after another` +
        (there === 0 ? '.' : `; ${there} of the span were opened before, or are about to be.`),
    };
  });
}

interface Changed {
  readonly state: string;
  readonly words: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

async function changing(
  name: string,
  globals: Globals,
  change: (ledger: Ledger, schedule: Schedule) => Promise<Changed | null>,
): Promise<void> {
  await withExistingLedger(globals, async (ledger) => {
    const schedule = await theSchedule(ledger, name);
    const changed = await change(ledger, schedule);
    if (changed === null) return say('Nothing was done.');
    const told = await tellTemporal(ledger, schedule);
    const { state, words, more = {} } = changed;
    if (globals.json) return sayJson({ schedule: name, state, ...more, note: told });
    say(words);
    if (told !== null) say(told);
  });
}

async function sure(yes: boolean, question: string): Promise<boolean> {
  if (yes) return true;
  if (isTerminal()) return confirm(question);
  throw new InputError(`${question} Say so with --yes.`);
}
