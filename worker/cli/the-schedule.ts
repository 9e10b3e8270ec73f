import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';
import { findSchedule, type Ledger, listSchedules, type Schedule } from '../ledger';

/** @throws InputError that suggests a name when there is no such schedule. */
export async function theSchedule(ledger: Ledger, name: string): Promise<Schedule> {
  const schedule = await findSchedule(ledger.db, name);
  if (schedule !== undefined) return schedule;
  const names = (await listSchedules(ledger.db)).map((each) => each.name);
  const meant = closest(name, names);
  throw new InputError(
    `There is no schedule named "${name}" in ${ledger.place}.${meant === undefined ? '' : ` Did you mean "${meant}"?`} ` +
      (names.length === 0
        ? 'There is none at all: campaign schedule create FILE'
        : 'See: campaign schedule list'),
  );
}
