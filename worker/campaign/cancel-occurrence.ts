import { type Ledger, occurrenceCancelled, scheduleOfRef } from '../ledger';
import type { Which } from './occurrence';
import { localFor, specOfSchedule } from './schedule-spec';

/** Passes an occurrence over that is not open yet. Whoever wants it after all can ask for it again. */
export async function cancelOccurrence(ledger: Ledger, which: Which): Promise<void> {
  const schedule = await scheduleOfRef(ledger.db, which.schedule);
  if (schedule === undefined) return;
  const { local } = localFor(specOfSchedule(schedule), which);
  await occurrenceCancelled(ledger, { scheduleId: schedule.id, local });
}
