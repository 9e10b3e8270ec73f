import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { isProviderError } from '../../core/errors';
import type { Inbox } from '../../providers/provider';
import {
  campaignOf,
  findOccurrence,
  giveUp,
  isAway,
  isLocked,
  keepList,
  type Ledger,
  LedgerError,
  lastContent,
  markOccurrence,
  type Occurrence,
  openInLedger,
  type Place,
  scheduleOfRef,
  underWay,
  withOccurrences,
} from '../ledger';
import type { Queries } from '../ledger/ledger';
import type { CampaignFile } from './campaign-file';
import { needExcluded } from './exclude';
import { campaignFromFile, contentHash } from './from-file';
import { InputError, isInputError } from './input-error';
import { NOBODY } from './list/open-list';
import {
  campaignNameOf,
  isOnTime,
  localFor,
  type ScheduleSpec,
  specOfSchedule,
} from './schedule-spec';
import type { Spooled } from './spool';

/** What opening an occurrence needs of the process that does it. */
export interface Opening {
  /**
   * Copies a list here: from a path of this machine, or from an address that this process may fetch from. Nobody else has this very copy:
   * it is removed when no campaign is opened with it.
   */
  readonly takeList: (source: string) => Promise<Spooled>;
  /** The same with an uploaded list, out of the ledger. */
  readonly takeUpload: (hash: string) => Promise<Spooled>;
  /** Looks what would become of the campaign, as campaign check does. @throws when it cannot be sent. */
  readonly check: (
    file: CampaignFile,
    list: Spooled,
  ) => Promise<{
    readonly inbox: Inbox;
    readonly ready: number;
    /** Ready ones whom another campaign has written to, where the file excludes such. */
    readonly excluded: number;
  }>;
}

/** Which occurrence is meant. */
export interface Which {
  readonly schedule: string;
  /** Its time by the schedule, without jitter; or when a person asked for it. */
  readonly nominalMs: number;
  /** Named where a person asked for it, as it is written down. */
  readonly local?: string;
  /** When it was meant to begin, where that is later: after its jitter, or as an engine says that kept it back. */
  readonly startedMs?: number;
  /** On Temporal: the workflow that is to drive its campaign. */
  readonly workflowId?: string;
}

/** What became of it; `failed` and `skipped` are codes, and final. */
export type Opened =
  | { readonly campaign: string }
  | { readonly skipped: string }
  | { readonly failed: string }
  /** The campaign of the time before is not over: ask again later. */
  | { readonly busy: true };

/**
 * Opens one occurrence of a schedule: takes its list anew, checks it, and writes the campaign down, to be started by whoever
 * imports it. One local date and time is opened once, whoever asks and how often: the second gets the first one's campaign.
 *
 * @throws what kept it from being opened this time; it can be asked for again until the schedule's catch-up window is over. Then
 * it answers `failed`, and the schedule is paused if it says so.
 */
export async function openOccurrence(
  ledger: Ledger,
  opening: Opening,
  which: Which,
): Promise<Opened> {
  const schedule = await scheduleOfRef(ledger.db, which.schedule);
  // As after a restore: no other try finds it either.
  if (schedule === undefined) return { failed: 'no_such_schedule' };
  if (schedule.state === 'deleted' || schedule.name === null) return { skipped: 'deleted' };
  const spec = specOfSchedule(schedule);
  const { local, manual } = localFor(spec, which);
  const place = { scheduleId: schedule.id, local };
  const wanted = { schedule: { ...schedule, name: schedule.name }, spec, place, which, manual };
  try {
    for (;;) {
      const begun = await begin(ledger, { place, which, spec, manual });
      if (begun !== null) return begun;
      const opened = await open(ledger, opening, wanted);
      if (opened !== null) return opened;
    }
  } catch (error) {
    // With the ledger away nothing can be written down, and nothing is lost by it.
    if (isAway(error) || isLocked(error)) throw error;
    const { code, words } = reasonOf(error);
    if (await noteFailure(ledger, { place, which, spec, manual, code, words })) {
      return { failed: code };
    }
    throw error;
  }
}

interface Beginning {
  readonly place: Place;
  readonly which: Which;
  readonly spec: ScheduleSpec;
  /** Begun on Temporal by hand, beside the schedule's times and beside this ledger. */
  readonly manual: boolean;
}

/** What is to be answered without taking any list; null: it is to be opened. */
async function begin(ledger: Ledger, it: Beginning): Promise<Opened | null> {
  const { place, which, spec, manual } = it;
  return withOccurrences(ledger, place.scheduleId, async (trx) => {
    const now = ledger.now();
    const settled = await settledAs(trx, place);
    if (settled !== null) return settled;
    const before = await findOccurrence(trx, place);
    const state = (await scheduleOfRef(trx, which.schedule))?.state;
    if (state === undefined || state === 'deleted') return { skipped: 'deleted' };
    const skip = async (why: string): Promise<Opened> => {
      await markOccurrence(
        trx,
        place,
        which.nominalMs,
        { state: 'skipped', why, detail: null },
        now,
      );
      return { skipped: why };
    };
    const asked = before?.asked === 1 || manual;
    if (!asked && state === 'paused') return skip('paused');
    if (before?.failing_since != null && now > deadline(before.failing_since, spec)) {
      await giveUpOn(before);
      return { failed: before.why ?? 'failed' };
    }
    const base = which.startedMs ?? which.nominalMs;
    if (!asked && before === undefined && now > deadline(base, spec)) return skip('missed');
    const kept = before?.told === 1;
    if (!asked && !kept && before !== undefined && now > latest(it)) {
      // A process that was frozen, or a machine that slept, may have tried for the first time when it was over.
      if ((before.failing_since ?? now) > latest(it)) return skip('missed');
      await giveUpOn(before);
      return { failed: before.why ?? 'failed' };
    }
    if (spec.overlap !== 'allow' && (await underWay(trx, place)) !== undefined) {
      if (asked) return { busy: true };
      if (spec.overlap === 'skip') return skip('overlap');
      const held = await trx
        .selectFrom('occurrences')
        .select('local')
        .where('schedule_id', '=', place.scheduleId)
        .where('local', '<>', place.local)
        .where('manual', '=', 0)
        .where((eb) => eb.or([eb('asked', '=', 1), eb('told', '=', 1)]))
        .where('state', 'in', ['asked', 'trying'])
        .executeTakeFirst();
      if (held !== undefined) return skip('overlap');
      // Kept until the one before is over, or the schedule is paused: no person asked for it, and Temporal needs not be told.
      const at = { workflow_id: which.workflowId ?? null };
      const mark = { state: 'asked', asked: 0, told: 1, ...at } as const;
      await markOccurrence(trx, place, which.nominalMs, mark, now);
      return { busy: true };
    }
    return null;

    async function giveUpOn({ why, detail }: Occurrence): Promise<void> {
      const because = { why: why ?? 'failed', detail, pause: spec.pauseOnFailure };
      await giveUp(trx, place, which.nominalMs, because, now);
    }
  });
}

const deadline = (from: number, { catchUpMs }: ScheduleSpec): number => from + catchUpMs;

/** The last moment at which one that nobody asked for may be opened: it began in time, and its list took a while. */
const latest = ({ which, spec }: Pick<Beginning, 'which' | 'spec'>): number =>
  (which.startedMs ?? which.nominalMs) + 2 * spec.catchUpMs;

/** What became of it already, for good; null: nothing. */
async function settledAs(trx: Queries, place: Place): Promise<Opened | null> {
  const first = await campaignOf(trx, place);
  if (first !== undefined) return { campaign: first.ref };
  const before = await findOccurrence(trx, place);
  if (before?.state === 'skipped') return { skipped: before.why ?? 'skipped' };
  if (before?.state === 'failed') return { failed: before.why ?? 'failed' };
  return null;
}

interface Wanted {
  readonly schedule: {
    readonly id: number;
    readonly uid: string;
    readonly name: string;
    readonly engine: 'embedded' | 'temporal';
    readonly file: string;
    readonly upload_hash: string | null;
  };
  readonly spec: ScheduleSpec;
  readonly place: Place;
  readonly which: Which;
  readonly manual: boolean;
}

/** Null: while the list was being taken it became too late, or another campaign of the schedule began. */
async function open(ledger: Ledger, opening: Opening, wanted: Wanted): Promise<Opened | null> {
  const { schedule, place } = wanted;
  const source = JSON.parse(schedule.file) as CampaignFile;
  const file: CampaignFile = { ...source, name: campaignNameOf(schedule.name, place.local) };
  const list =
    schedule.upload_hash === null
      ? await opening.takeList(file.audience.file)
      : await opening.takeUpload(schedule.upload_hash);
  let used = false;
  try {
    return await openWith(ledger, opening, { ...wanted, file, list }, () => {
      used = true;
    });
  } finally {
    // It holds addresses, and nobody will read it.
    if (!used) await rm(list.path, { force: true }).catch(() => undefined);
  }
}

interface WithList extends Wanted {
  readonly file: CampaignFile;
  readonly list: Spooled;
}

async function openWith(
  ledger: Ledger,
  opening: Opening,
  { schedule, spec, place, which, manual, file, list }: WithList,
  onUsed: () => void,
): Promise<Opened | null> {
  const content = contentHash(file, list.hash);
  const before = await findOccurrence(ledger.db, place);
  const byHand = before?.manual === 1 || (before === undefined && !isOnTime(spec, which.nominalMs));
  const same = byHand && (await lastContent(ledger.db, schedule.id)) === content;
  if (same && before?.same_ok !== 1) return skipNow(ledger, place, which, 'same_content');
  let checked: Awaited<ReturnType<Opening['check']>>;
  try {
    checked = await opening.check(file, list);
  } catch (error) {
    // A list of nobody is no trouble: today there is nobody to write to.
    if (isInputError(error) && error.message.endsWith(NOBODY)) {
      return skipNow(ledger, place, which, 'empty_list');
    }
    throw error;
  }
  if (checked.ready === 0) {
    throw new InputError('Nobody on the list can be written to. See why with: campaign check');
  }
  if (checked.ready === checked.excluded) return skipNow(ledger, place, which, 'all_excluded');
  await needExcluded(ledger, file);
  const { engine } = schedule;
  const made = {
    ...{ file, list, engine, inbox: checked.inbox, autostart: true },
    ...(which.workflowId === undefined ? {} : { workflowId: which.workflowId }),
  };
  const campaign = {
    ...(await campaignFromFile(made, ledger.now())),
    listHash: list.hash,
    // In a ledger that was restored since, who got it already is found by the same keys.
    uid: uidOf(schedule.uid, place.local),
    keyGiven: true,
  };
  const where = {
    ...{ ...place, nominalAt: which.nominalMs, contentHash: content },
    ...{ alone: spec.overlap !== 'allow', notAfter: manual ? null : latest({ which, spec }) },
  };
  for (;;) {
    await keepList(ledger, list, ledger.now());
    const opened = await openInLedger(ledger, where, campaign, ledger.now());
    if (opened === 'not now') return null;
    if (opened?.list_path === list.path) onUsed();
    if (opened !== null) return { campaign: opened.ref };
  }
}

const uidOf = (uid: string, local: string): string =>
  createHash('sha256').update(`${uid} ${local}`).digest('hex').slice(0, 32);

async function skipNow(
  ledger: Ledger,
  place: Place,
  { nominalMs }: Which,
  why: string,
): Promise<Opened> {
  const mark = { state: 'skipped', why, detail: null } as const;
  return withOccurrences(ledger, place.scheduleId, async (trx) => {
    // Somebody else may have opened it meanwhile, from a list of their own.
    const settled = await settledAs(trx, place);
    if (settled !== null) return settled;
    await markOccurrence(trx, place, nominalMs, mark, ledger.now());
    return { skipped: why };
  });
}

interface Failed extends Beginning {
  readonly code: string;
  readonly words: string | null;
}

/** Writes down why it could not be opened. True when it is given up. */
async function noteFailure(ledger: Ledger, it: Failed): Promise<boolean> {
  const { place, which, spec, manual, code, words } = it;
  return withOccurrences(ledger, place.scheduleId, async (trx) => {
    const now = ledger.now();
    const before = await findOccurrence(trx, place);
    // Somebody else was luckier meanwhile.
    if (before !== undefined && before.state !== 'asked' && before.state !== 'trying') return false;
    const since = before?.failing_since ?? now;
    if (now > deadline(since, spec)) {
      const because = { why: code, detail: words, pause: spec.pauseOnFailure };
      await giveUp(trx, place, which.nominalMs, because, now);
      return true;
    }
    const mark = {
      state: 'trying' as const,
      why: code,
      detail: words,
      failing_since: since,
      workflow_id: which.workflowId ?? null,
      ...(manual ? { manual: 1, asked: 1, told: 1 } : {}),
    };
    await markOccurrence(trx, place, which.nominalMs, mark, now);
    return false;
  });
}

/** A code that may stand anywhere, and the words for those who may read the ledger. */
function reasonOf(error: unknown): { readonly code: string; readonly words: string | null } {
  if (isInputError(error)) return { code: 'unusable', words: error.message };
  if (isProviderError(error)) return { code: error.code, words: error.message };
  if (error instanceof LedgerError) return { code: 'refused', words: error.message };
  return { code: 'internal', words: null };
}
