import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCampaignFile } from '../../worker/campaign/campaign-file';
import { readCron } from '../../worker/campaign/cron';
import { openList } from '../../worker/campaign/list/open-list';
import type { Opening } from '../../worker/campaign/occurrence';
import { nextRun, type ScheduleSpec } from '../../worker/campaign/schedule-spec';
import { takingLists } from '../../worker/engine/opening';
import { createSchedule, type Engine, type Ledger, type Schedule } from '../../worker/ledger';
import { INBOX } from './fake-platform';

/** What one machine has: a folder with a list, and a spool of its own. */
export interface Machine {
  readonly folder: string;
  readonly listFile: string;
  writeList(...people: readonly string[]): void;
  opening(ledger: Ledger): Opening;
  remove(): void;
}

export function machine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-schedule-'));
  const listFile = join(folder, 'list.csv');
  return {
    folder,
    listFile,
    writeList: (...people) => writeFileSync(listFile, `phone\n${people.join('\n')}\n`),
    opening: (ledger) => ({
      ...takingLists(ledger, { spoolFolder: join(folder, 'spool'), allowLists: [] }),
      async check(file, { path }) {
        await openList(path, file.audience);
        return { inbox: INBOX, ready: 1, excluded: 0 };
      },
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface WantedSchedule {
  readonly name?: string;
  readonly engine?: Engine;
  readonly cron?: string;
  readonly spec?: Partial<ScheduleSpec>;
  readonly uploadHash?: string;
}

/** A schedule at nine each day in Paris, of a list of this machine. */
export function scheduleOf(
  ledger: Ledger,
  { listFile }: Pick<Machine, 'listFile'>,
  {
    name = 'recall',
    engine = 'embedded',
    cron = '0 9 * * *',
    spec = {},
    uploadHash,
  }: WantedSchedule,
  now: number,
): Promise<Schedule> {
  const whole: ScheduleSpec = {
    cron: readCron(cron),
    zone: 'Europe/Paris',
    jitterMs: 0,
    overlap: 'skip',
    catchUpMs: 15 * 60_000,
    pauseOnFailure: true,
    fromMs: null,
    untilMs: null,
    ...spec,
  };
  const file = parseCampaignFile(
    `name: spring\naccount: desk\ninbox: "1"\naudience: { file: ${listFile} }\nconsent: { method: form }\nmessage: { text: "Your order is ready." }\n`,
  );
  return createSchedule(
    ledger,
    {
      ...{ name, engine, file: JSON.stringify(file), spec: JSON.stringify(whole) },
      nextAt: nextRun(whole, now),
      ...(uploadHash === undefined ? {} : { uploadHash }),
    },
    now,
  );
}
