import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importList } from '../../../worker/campaign/import-list';
import { InputError } from '../../../worker/campaign/input-error';
import { openOccurrence, type Which } from '../../../worker/campaign/occurrence';
import { localOf, momentOf } from '../../../worker/campaign/schedule-spec';
import { spool } from '../../../worker/campaign/spool';
import {
  askedOccurrences,
  askFor,
  control,
  deleteSchedule,
  dropReadLists,
  findOccurrence,
  keepList,
  type Ledger,
  listCampaigns,
  listOccurrences,
  needCampaign,
  needSchedule,
  pauseSchedule,
  type Schedule,
  tally,
  writeKeptList,
} from '../../../worker/ledger';
import { forgetPerson } from '../../../worker/ledger/forget';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { type Machine, machine, scheduleOf, type WantedSchedule } from '../../support/schedule';

const ZONE = 'Europe/Paris';
const at = (text: string): number => momentOf(text, ZONE) ?? 0;
const NINE = at('2026-06-01T09:00');
const MINUTE = 60_000;

onBothLedgers('an occurrence', (open) => {
  let opened: TestLedger;
  let ledger: Ledger;
  let here: Machine;
  let now: number;

  beforeEach(async () => {
    opened = await open();
    now = NINE;
    ledger = { ...opened.ledger, now: () => now };
    here = machine();
    here.writeList(phone(0), phone(1));
  });
  afterEach(async () => {
    here.remove();
    await opened.close();
  });

  const schedule = (wanted: WantedSchedule = {}): Promise<Schedule> =>
    scheduleOf(ledger, here, wanted, NINE - 24 * 60 * MINUTE);
  const openAt = (it: Schedule, nominalMs: number, more: Partial<Which> = {}) =>
    openOccurrence(ledger, here.opening(ledger), { schedule: it.ref, nominalMs, ...more });
  const names = async () => (await listCampaigns(ledger)).map(({ name }) => name);
  const finish = async (name: string) => control(ledger, name, { action: 'cancel' }, now);

  it('opens a campaign named by its local time, which whoever imports it starts', async () => {
    const it = await schedule();
    const answer = await openAt(it, NINE);
    const campaign = await needCampaign(ledger.db, 'recall-2026-06-01T0900');
    expect(answer).toEqual({ campaign: campaign.ref });
    expect(campaign).toMatchObject({ state: 'importing', autostart: 1, engine: 'embedded' });
  });

  it('gives the second who asks the first one’s campaign, also when both ask at once and on another machine', async () => {
    const it = await schedule();
    const other = machine();
    other.writeList(phone(5));
    const again = await opened.reopen();
    const there = { ...again, now: () => now };
    const elsewhere = openOccurrence(
      there,
      { ...other.opening(there), takeList: () => spool(other.listFile, join(other.folder, 's')) },
      { schedule: it.ref, nominalMs: NINE },
    );
    const answers = await Promise.all([openAt(it, NINE), elsewhere, openAt(it, NINE)]);
    other.remove();
    // Nor is a list needed any more.
    here.remove();
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await names()).toEqual(['recall-2026-06-01T0900']);
    now += 60 * MINUTE;
    expect(await openAt(it, NINE)).toEqual(answers[0]);
  });

  it('of an hour that comes twice is one', async () => {
    const it = await schedule({ cron: '30 2 * * *' });
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)];
    expect([first, second].map((ms) => localOf({ zone: ZONE }, ms))).toEqual([
      '2026-10-25T02:30',
      '2026-10-25T02:30',
    ]);
    now = first;
    const answer = await openAt(it, first);
    now = second;
    expect(await openAt(it, second)).toEqual(answer);
    expect(await names()).toHaveLength(1);
  });

  it('that is too late is passed over, and never sent', async () => {
    const it = await schedule();
    now = NINE + 15 * MINUTE + 1;
    expect(await openAt(it, NINE)).toEqual({ skipped: 'missed' });
    now = NINE;
    expect(await openAt(it, NINE)).toEqual({ skipped: 'missed' });
    expect(await names()).toEqual([]);
  });

  it('counts as on time from when its engine has begun it', async () => {
    const it = await schedule();
    now = NINE + 60 * MINUTE;
    expect(await openAt(it, NINE, { startedMs: now - MINUTE })).toHaveProperty('campaign');
  });

  it('is passed over while the one before is not over, kept, or opened beside it', async () => {
    const skips = await schedule();
    const keeps = await schedule({ name: 'keeps', spec: { overlap: 'buffer-one' } });
    const allows = await schedule({ name: 'allows', spec: { overlap: 'allow' } });
    for (const it of [skips, keeps, allows]) await openAt(it, NINE);
    const [second, third] = [NINE + 24 * 60 * MINUTE, NINE + 48 * 60 * MINUTE];
    now = second;
    expect(await openAt(skips, second)).toEqual({ skipped: 'overlap' });
    expect(await openAt(allows, second)).toHaveProperty('campaign');
    expect(await openAt(keeps, second)).toEqual({ busy: true });
    now = third;
    expect(await openAt(keeps, third)).toEqual({ skipped: 'overlap' });
    await finish('keeps-2026-06-01T0900');
    expect(await openAt(keeps, second)).toHaveProperty('campaign');
  });

  it('is not opened while the schedule is paused, nor once it is deleted, also when that comes while the list is taken', async () => {
    const it = await schedule();
    const opening = here.opening(ledger);
    const paused = openOccurrence(
      ledger,
      {
        ...opening,
        async takeList(source) {
          await pauseSchedule(ledger, 'recall', null, now);
          return opening.takeList(source);
        },
      },
      { schedule: it.ref, nominalMs: NINE },
    );
    await expect(paused).rejects.toThrow('was paused meanwhile');
    expect(await openAt(it, NINE)).toEqual({ skipped: 'paused' });
    const deleted = await schedule({ name: 'gone' });
    await deleteSchedule(ledger, 'gone', now);
    expect(await openAt(deleted, NINE)).toEqual({ skipped: 'deleted' });
    expect(await names()).toEqual([]);
  });

  it('that cannot be opened is tried until the window is over, and pauses the schedule then', async () => {
    const it = await schedule();
    rmSync(here.listFile);
    await expect(openAt(it, NINE)).rejects.toThrow('There is no file');
    now = NINE + 10 * MINUTE;
    await expect(openAt(it, NINE)).rejects.toThrow('There is no file');
    expect((await needSchedule(ledger.db, 'recall')).state).toBe('active');
    now = NINE + 15 * MINUTE + 1;
    expect(await openAt(it, NINE)).toEqual({ failed: 'unusable' });
    const { state, why, told, revision } = await needSchedule(ledger.db, 'recall');
    expect({ state, why }).toEqual({
      state: 'paused',
      why: '2026-06-01T09:00 could not be opened: unusable',
    });
    expect(revision).toBeGreaterThan(told);
    expect(await openAt(it, NINE)).toEqual({ failed: 'unusable' });
  });

  it('that can be opened at last is', async () => {
    const it = await schedule();
    rmSync(here.listFile);
    await expect(openAt(it, NINE)).rejects.toThrow();
    here.writeList(phone(3));
    now = NINE + 14 * MINUTE;
    expect(await openAt(it, NINE)).toHaveProperty('campaign');
  });

  it('of an empty list is passed over, and pauses nothing', async () => {
    const it = await schedule();
    writeFileSync(here.listFile, 'phone\n');
    expect(await openAt(it, NINE)).toEqual({ skipped: 'empty_list' });
    expect((await needSchedule(ledger.db, 'recall')).state).toBe('active');
  });

  it('by hand with the same content as last time is refused, unless somebody says that it is meant', async () => {
    const it = await schedule({ spec: { overlap: 'allow' } });
    await openAt(it, NINE);
    now = NINE + 30 * MINUTE + 7_000;
    // As somebody begins it in Temporal's own pages.
    expect(await openAt(it, now)).toEqual({ skipped: 'same_content' });
    const ask = (local: string, sameOk: boolean) =>
      askFor(ledger, it.id, [{ local, nominalAt: now, manual: true, sameOk }], now);
    await ask('2026-06-01T09:30:08', false);
    expect(await openAt(it, now, { local: '2026-06-01T09:30:08' })).toEqual({
      skipped: 'same_content',
    });
    await ask('2026-06-01T09:30:09', true);
    expect(await openAt(it, now, { local: '2026-06-01T09:30:09' })).toHaveProperty('campaign');
    here.writeList(phone(0), phone(1), phone(2));
    now += MINUTE;
    expect(await openAt(it, now)).toHaveProperty('campaign');
    expect(await names()).toEqual([
      'recall-2026-06-01T0900',
      'recall-2026-06-01T093009',
      'recall-2026-06-01T093107',
    ]);
  });

  it('asked for again after it was passed over is opened, and one that was opened is not', async () => {
    const it = await schedule();
    now = NINE + 60 * MINUTE;
    await openAt(it, NINE);
    const asked = [{ local: '2026-06-01T09:00', nominalAt: NINE, manual: false }];
    expect(await askFor(ledger, it.id, asked, now)).toHaveLength(1);
    expect(await openAt(it, NINE, { local: '2026-06-01T09:00' })).toHaveProperty('campaign');
    expect(await askFor(ledger, it.id, asked, now)).toEqual([]);
    expect(await names()).toHaveLength(1);
  });

  it('is imported on a machine that has neither the list nor its copy, and then the ledger keeps it no more', async () => {
    const people = Array.from({ length: 100 }, (_, n) => phone(n));
    const padding = 'x'.repeat(2_000);
    writeFileSync(
      here.listFile,
      `phone,note\n${people.map((p) => `${p},${padding}`).join('\n')}\n`,
    );
    const it = await schedule();
    await openAt(it, NINE);
    here.remove();
    const campaign = await needCampaign(ledger.db, 'recall-2026-06-01T0900');
    expect(await importList(ledger, campaign, { clock: () => now })).toBe(true);
    expect((await tally(ledger.db, campaign.id)).counts).toMatchObject({
      total: 100,
      pending: 100,
    });
    expect((await sql`select 1 from lists`.execute(ledger.db)).rows).toEqual([]);
  });

  it('leaves no copy of a list behind with which nothing was opened', async () => {
    const it = await schedule();
    const copies = () => readdirSync(join(here.folder, 'spool'));
    const opening = here.opening(ledger);
    const failing = {
      ...opening,
      async check() {
        await Promise.resolve();
        throw new Error('no account');
      },
    };
    const which = { schedule: it.ref, nominalMs: NINE };
    await expect(openOccurrence(ledger, failing, which)).rejects.toThrow('no account');
    expect(copies()).toEqual([]);
    await Promise.all([openAt(it, NINE), openAt(it, NINE), openAt(it, NINE)]);
    expect(copies()).toHaveLength(1);
    const campaign = await needCampaign(ledger.db, 'recall-2026-06-01T0900');
    await importList(ledger, campaign, { clock: () => now });
    expect(copies()).toEqual([]);
  });

  it('does not keep what it said of a list once somebody is forgotten', async () => {
    const it = await schedule();
    const opening = here.opening(ledger);
    const check = () => Promise.reject(new InputError(`The columns are: ${phone(0)}.`));
    const which = { schedule: it.ref, nominalMs: NINE };
    await expect(openOccurrence(ledger, { ...opening, check }, which)).rejects.toThrow('columns');
    const detail = async () => (await listOccurrences(ledger.db, it.id, 1))[0]?.detail;
    expect(await detail()).toContain(phone(0));
    await forgetPerson(ledger, phone(0), { suppression: false }, now);
    expect(await detail()).toBeNull();
  });

  it('goes by the list that was uploaded, which stays', async () => {
    const list = await spool(here.listFile, join(here.folder, 'upload'));
    await keepList(ledger, list, now);
    const it = await schedule({ uploadHash: list.hash });
    rmSync(here.listFile);
    await openAt(it, NINE);
    const campaign = await needCampaign(ledger.db, 'recall-2026-06-01T0900');
    await importList(ledger, campaign, { clock: () => now });
    await dropReadLists(ledger, now + 24 * 60 * MINUTE);
    const copy = join(here.folder, 'copy');
    expect(await writeKeptList(ledger, list.hash, copy)).toBe(true);
    const told = await forgetPerson(ledger, phone(0), { suppression: false }, now);
    expect(told).toMatchObject({ rows: 1, uploads: ['recall'] });
    await deleteSchedule(ledger, 'recall', now);
    await dropReadLists(ledger, now + 24 * 60 * MINUTE);
    expect(await writeKeptList(ledger, list.hash, `${copy}2`)).toBe(false);
  });

  it('leaves alone a list that somebody has just handed over, also when a campaign with the same one is through', async () => {
    const list = await spool(here.listFile, join(here.folder, 'upload'));
    await keepList(ledger, list, now, now + 60 * MINUTE);
    // As a campaign's own, of the same bytes, would be.
    await keepList(ledger, list, now);
    expect(await dropReadLists(ledger, now + 59 * MINUTE, list.hash)).toBe(0);
    expect(await writeKeptList(ledger, list.hash, join(here.folder, 'copy'))).toBe(true);
    expect(await dropReadLists(ledger, now + 61 * MINUTE, list.hash)).toBe(1);
  });

  it('of a ledger that was restored is not opened by the clock, and by a backfill with the same keys, each looked up first', async () => {
    const it = await schedule();
    await openAt(it, NINE);
    const name = 'recall-2026-06-01T0900';
    const lost = await needCampaign(ledger.db, name);
    // What was done after the copy was made is not in it.
    for (const table of ['occurrences', 'campaigns'] as const)
      await ledger.db.deleteFrom(table).execute();
    await sql`update identity set fingerprint = replace(fingerprint, '":"', '":"9')`.execute(
      ledger.db,
    );
    const restored = await opened.reopen();
    expect(restored.restored).not.toBeNull();
    const paused = await needSchedule(ledger.db, 'recall');
    expect(paused).toMatchObject({ state: 'paused', next_at: null, revision: 2 });
    expect(await openAt(it, NINE)).toEqual({ skipped: 'paused' });
    await askFor(
      ledger,
      it.id,
      [{ local: '2026-06-01T09:00', nominalAt: NINE, manual: false }],
      now,
    );
    expect(await openAt(it, NINE, { local: '2026-06-01T09:00' })).toHaveProperty('campaign');
    const again = await needCampaign(ledger.db, name);
    expect(again.uid).toBe(lost.uid);
    expect(again.restored_at).toBeGreaterThan(0);
  });

  it('is not opened beside another that was opened while its list was taken', async () => {
    const it = await schedule();
    const asked = [1, 2, 3].map((day) => ({
      ...{ local: `2026-05-0${day}T09:00`, nominalAt: at(`2026-05-0${day}T09:00`), manual: false },
    }));
    await askFor(ledger, it.id, asked, now);
    const opening = here.opening(ledger);
    let taking = 0;
    const together = {
      ...opening,
      async takeList(source: string) {
        const list = await opening.takeList(source);
        taking += 1;
        while (taking < asked.length) await new Promise((resolve) => setTimeout(resolve, 5));
        return list;
      },
    };
    const answers = await Promise.all(
      asked.map(({ local, nominalAt: nominalMs }) =>
        openOccurrence(ledger, together, { schedule: it.ref, local, nominalMs }),
      ),
    );
    expect(await names()).toHaveLength(1);
    expect(answers.filter((answer) => 'busy' in answer)).toHaveLength(2);
  });

  it('that is kept until the one before is over is not opened once the schedule is paused', async () => {
    const it = await schedule({ spec: { overlap: 'buffer-one' } });
    await openAt(it, NINE);
    now = NINE + 24 * 60 * MINUTE;
    expect(await openAt(it, now)).toEqual({ busy: true });
    expect(await askedOccurrences(ledger.db, 'embedded')).toHaveLength(1);
    await pauseSchedule(ledger, 'recall', null, now);
    await finish('recall-2026-06-01T0900');
    expect(await askedOccurrences(ledger.db, 'embedded')).toEqual([]);
    expect(await openAt(it, now)).toEqual({ skipped: 'paused' });
    expect(await names()).toEqual(['recall-2026-06-01T0900']);
  });

  it('says which workflow is at work on it, as long as it is not open: one that is gone is noticed by that', async () => {
    const it = await schedule({ spec: { overlap: 'buffer-one' } });
    await openAt(it, NINE);
    now = NINE + 24 * 60 * MINUTE;
    const place = { scheduleId: it.id, local: '2026-06-02T09:00' };
    const workflow = async () => (await findOccurrence(ledger.db, place))?.workflow_id;
    await openAt(it, now, { workflowId: 'kept' });
    expect(await workflow()).toBe('kept');
    await finish('recall-2026-06-01T0900');
    const broken = { ...here.opening(ledger), takeList: () => Promise.reject(new Error('no')) };
    const which = { schedule: it.ref, nominalMs: now, workflowId: 'tried' };
    await expect(openOccurrence(ledger, broken, which)).rejects.toThrow('no');
    expect(await workflow()).toBe('tried');
  });

  it('of a schedule that the ledger does not know fails for good', async () => {
    const which = { schedule: '0123456789abcdef', nominalMs: NINE };
    expect(await openOccurrence(ledger, here.opening(ledger), which)).toEqual({
      failed: 'no_such_schedule',
    });
  });

  it('is passed over when it became too late while its list was taken', async () => {
    const it = await schedule();
    const opening = here.opening(ledger);
    const asleep = {
      ...opening,
      async takeList(source: string) {
        now += 17 * 60 * MINUTE;
        return opening.takeList(source);
      },
    };
    const which = { schedule: it.ref, nominalMs: NINE };
    expect(await openOccurrence(ledger, asleep, which)).toEqual({ skipped: 'missed' });
    const next = NINE + 24 * 60 * MINUTE;
    now = next;
    const broken = {
      ...opening,
      async takeList() {
        now += 17 * 60 * MINUTE;
        throw new Error('no network yet');
      },
    };
    await expect(
      openOccurrence(ledger, broken, { schedule: it.ref, nominalMs: next }),
    ).rejects.toThrow('no network yet');
    expect(await openAt(it, next)).toEqual({ skipped: 'missed' });
    expect(await names()).toEqual([]);
  });

  it('that was opened is not passed over by another worker whose list has nobody on it', async () => {
    const it = await schedule();
    const opening = here.opening(ledger);
    const second = openOccurrence(
      ledger,
      {
        ...opening,
        async takeList(source) {
          await openAt(it, NINE);
          writeFileSync(here.listFile, 'phone\n');
          return opening.takeList(source);
        },
      },
      { schedule: it.ref, nominalMs: NINE },
    );
    expect(await second).toHaveProperty('campaign');
    const [only] = await listOccurrences(ledger.db, it.id, 5);
    expect(only).toMatchObject({ state: 'opened', why: null });
  });

  it('has a name that is taken by another campaign: it is not opened', async () => {
    const it = await schedule();
    await openAt(it, NINE);
    await deleteSchedule(ledger, 'recall', now);
    const anew = await schedule();
    await expect(openAt(anew, NINE)).rejects.toThrow('exists already');
    const [only] = await listOccurrences(ledger.db, anew.id, 5);
    expect(only).toMatchObject({ state: 'trying', why: 'refused' });
  });
});
