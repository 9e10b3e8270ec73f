/** What a person or a program does with a schedule, wherever they say so. What is written here is told to Temporal by others. */
import { rm } from 'node:fs/promises';
import type { CampaignFile } from '../campaign/campaign-file';
import { contentHash } from '../campaign/from-file';
import { isInputError } from '../campaign/input-error';
import {
  campaignNameOf,
  localOf,
  nextRun,
  runsBetween,
  specOfSchedule,
} from '../campaign/schedule-spec';
import {
  askedBy,
  askFor,
  deleteSchedule,
  dropReadLists,
  type Ledger,
  lastContent,
  localAskedBy,
  needSchedule,
  type Once,
  resumeSchedule,
  type Schedule,
} from '../ledger';
import { type ListPlaces, takingLists } from './opening';

/** Goes on from now. Returns whether that changed anything. @throws LedgerError when there is no such schedule. */
export async function resumeNow(ledger: Ledger, name: string): Promise<boolean> {
  const schedule = await needSchedule(ledger.db, name);
  const now = ledger.now();
  const nextAt = schedule.engine === 'embedded' ? nextRun(specOfSchedule(schedule), now) : null;
  return resumeSchedule(ledger, name, nextAt, now);
}

/** Ends it, and forgets its list. @throws LedgerError when there is no such schedule. */
export async function removeNow(ledger: Ledger, name: string): Promise<void> {
  await deleteSchedule(ledger, name, ledger.now());
  await dropReadLists(ledger, ledger.now());
}

/**
 * Opens a campaign now, as soon as a worker can. The same request again is answered with the one that it has opened. Null: it was asked for
 * in this very second.
 */
export async function triggerNow(
  ledger: Ledger,
  schedule: Schedule,
  { sameOk, once = null }: { readonly sameOk: boolean; readonly once?: Once | null },
): Promise<string | null> {
  const now = ledger.now();
  const by = once === null ? null : askedBy(schedule, once);
  const local = localOf(specOfSchedule(schedule), now, true);
  const [asked] = await askFor(
    ledger,
    schedule.id,
    [{ local, nominalAt: now, manual: true, sameOk, by }],
    now,
  );
  return asked === undefined ? null : campaignNameOf(schedule.name, asked);
}

/** The campaign that this request has asked for before. */
export async function triggeredBy(
  ledger: Ledger,
  schedule: Schedule,
  once: Once,
): Promise<string | null> {
  const local = await localAskedBy(ledger.db, schedule.id, askedBy(schedule, once), ledger.now());
  return local === undefined ? null : campaignNameOf(schedule.name, local);
}

/** More than this is a mistake in the span. */
export const MOST_BACKFILL = 100;

/** The times of a span that has passed, one more than may be asked for where there are more. */
export function timesOf(schedule: Schedule, fromMs: number, toMs: number) {
  const spec = specOfSchedule(schedule);
  return runsBetween(spec, fromMs, toMs, MOST_BACKFILL + 1).map((ms) => ({
    ...{ local: localOf(spec, ms), nominalAt: ms, manual: false },
  }));
}

/** Whether everybody would get the same as last time. False also where the list cannot be had here: then the worker that opens it looks. */
export async function isSameContent(
  ledger: Ledger,
  schedule: Schedule,
  places: ListPlaces,
): Promise<boolean> {
  const last = await lastContent(ledger.db, schedule.id);
  if (last === undefined) return false;
  const file = JSON.parse(schedule.file) as CampaignFile;
  async function hashNow(): Promise<string> {
    const { path, hash } = await takingLists(ledger, places).takeList(file.audience.file);
    // It holds addresses, and the worker that opens the campaign takes the list itself.
    await rm(path, { force: true });
    return hash;
  }

  try {
    return contentHash(file, schedule.upload_hash ?? (await hashNow())) === last;
  } catch (error) {
    if (isInputError(error)) return false;
    throw error;
  }
}
