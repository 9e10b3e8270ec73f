import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  localOf,
  momentOf,
  runsBetween,
  specOfSchedule,
} from '../../../worker/campaign/schedule-spec';
import { type ClockEvent, createClockwork } from '../../../worker/engine/clockwork';
import {
  askFor,
  control,
  type Ledger,
  listCampaigns,
  listOccurrences,
  needSchedule,
  pauseSchedule,
  resumeSchedule,
} from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { type Machine, machine, scheduleOf, type WantedSchedule } from '../../support/schedule';

const at = (text: string): number => momentOf(text, 'Europe/Paris') ?? 0;
const NINE = at('2026-06-01T09:00');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

onBothLedgers('the clockwork', (open) => {
  let opened: TestLedger;
  let ledger: Ledger;
  let here: Machine;
  let now: number;
  let events: ClockEvent[];
  let tick: () => Promise<void>;

  beforeEach(async () => {
    opened = await open();
    now = NINE - 60 * MINUTE;
    ledger = { ...opened.ledger, now: () => now };
    here = machine();
    here.writeList(phone(0));
    events = [];
    tick = clockwork(ledger);
  });
  afterEach(async () => {
    here.remove();
    await opened.close();
  });

  function clockwork(its: Ledger): () => Promise<void> {
    return createClockwork({
      ledger: its,
      opening: here.opening(its),
      stopping: () => false,
      onEvent: (event) => events.push(event),
      clock: () => now,
    });
  }
  const schedule = (wanted: WantedSchedule = {}) => scheduleOf(ledger, here, wanted, now);
  const names = async () => (await listCampaigns(ledger)).map(({ name }) => name);
  const to = async (ms: number): Promise<void> => {
    now = ms;
    await tick();
  };

  it('opens each time once, when it has come and not before, on any number of workers', async () => {
    await schedule();
    const other = clockwork({ ...(await opened.reopen()), now: () => now });
    await to(NINE - 1);
    expect(await names()).toEqual([]);
    now = NINE;
    await Promise.all([tick(), other()]);
    await Promise.all([tick(), other()]);
    expect(await names()).toEqual(['recall-2026-06-01T0900']);
    await control(ledger, 'recall-2026-06-01T0900', { action: 'cancel' }, now);
    await to(NINE + DAY);
    expect(await names()).toEqual(['recall-2026-06-01T0900', 'recall-2026-06-02T0900']);
  });

  it('waits for the jitter', async () => {
    const it = await schedule({ spec: { jitterMs: 10 * MINUTE } });
    let at = NINE;
    while ((await names()).length === 0 && at < NINE + 10 * MINUTE) await to((at += 1_000));
    expect(at).toBeGreaterThan(NINE + 1_000);
    expect(await names()).toEqual(['recall-2026-06-01T0900']);
    expect((await needSchedule(ledger.db, it.name)).next_at).toBe(NINE + DAY);
  });

  it('misses nothing for a jitter that is longer than from one time to the next', async () => {
    const it = await schedule({
      cron: '*/20 * * * *',
      spec: { jitterMs: 120 * MINUTE, overlap: 'allow' },
    });
    const begun = now;
    while (now < begun + 180 * MINUTE) await to(now + MINUTE);
    const were = await listOccurrences(ledger.db, it.id, 20);
    expect(were.length).toBeGreaterThan(7);
    expect(new Set(were.map(({ state }) => state))).toEqual(new Set(['opened']));
  });

  it('passes over what came while nobody was there, and goes on with what is next', async () => {
    const it = await schedule();
    await to(NINE + 2 * DAY + 60 * MINUTE);
    expect(await names()).toEqual([]);
    const were = await listOccurrences(ledger.db, it.id, 9);
    expect(were.map(({ local, why }) => `${local} ${why}`)).toEqual([
      '2026-06-03T09:00 missed',
      '2026-06-02T09:00 missed',
      '2026-06-01T09:00 missed',
    ]);
    await to(NINE + 3 * DAY + MINUTE);
    expect(await names()).toEqual(['recall-2026-06-04T0900']);
  });

  it('opens one while the list of another is slow', async () => {
    await schedule({ name: 'slow' });
    await schedule({ name: 'quick' });
    const opening = here.opening(ledger);
    const look = createClockwork({
      ...{ ledger, stopping: () => false, onEvent: () => undefined, clock: () => now },
      opening: {
        ...opening,
        async check(file, list) {
          for (let n = 0; file.name.startsWith('slow') && (await names()).length === 0; n += 1) {
            if (n === 300) throw new Error('nobody else had a turn');
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          return opening.check(file, list);
        },
      },
    });
    now = NINE;
    await look();
    expect((await names()).sort()).toEqual(['quick-2026-06-01T0900', 'slow-2026-06-01T0900']);
  });

  it('does not write down each of thousands that were missed', async () => {
    const it = await schedule({ cron: '* * * * *', spec: { catchUpMs: 30_000 } });
    await to(NINE + 3 * DAY + 20_000);
    expect((await listOccurrences(ledger.db, it.id, 9_999)).length).toBeLessThan(110);
    expect(await names()).toEqual(['recall-2026-06-04T0900']);
  });

  it('leaves a time that is not there out, and opens one that comes twice once', async () => {
    now = at('2026-03-28T12:00');
    const it = await schedule({
      cron: '30 2 * * *',
      spec: { overlap: 'allow', catchUpMs: 2 * 60 * MINUTE },
    });
    for (; now < at('2026-03-31T00:00'); now += 30 * MINUTE) await tick();
    expect(await names()).toEqual(['recall-2026-03-30T0230']);
    await pauseSchedule(ledger, 'recall', null, now);
    now = at('2026-10-24T12:00');
    await resumeSchedule(ledger, 'recall', at('2026-10-25T02:30'), now);
    for (; now < at('2026-10-26T12:00'); now += 30 * MINUTE) await tick();
    expect((await names()).slice(1)).toEqual(['recall-2026-10-25T0230', 'recall-2026-10-26T0230']);
    expect(specOfSchedule(it).zone).toBe('Europe/Paris');
  });

  it('pauses the schedule when it cannot be opened within the window, and when its campaign pauses itself', async () => {
    await schedule();
    rmSync(here.listFile);
    for (let ms = NINE; ms <= NINE + 17 * MINUTE; ms += 31_000) await to(ms);
    expect(events).toEqual([
      { kind: 'not-opened', occurrence: 'recall' },
      { kind: 'given-up', occurrence: 'recall', why: 'unusable' },
    ]);
    expect(await needSchedule(ledger.db, 'recall')).toMatchObject({
      state: 'paused',
      next_at: null,
    });

    here.writeList(phone(0));
    await resumeSchedule(ledger, 'recall', NINE + DAY, now);
    await to(NINE + DAY);
    const name = 'recall-2026-06-02T0900';
    await ledger.db
      .updateTable('campaigns')
      .set({ state: 'ready' })
      .where('name', '=', name)
      .execute();
    await control(ledger, name, { action: 'pause', by: 'self', why: 'failing' }, now);
    await tick();
    const paused = await needSchedule(ledger.db, 'recall');
    expect(paused).toMatchObject({ state: 'paused', why: `campaign ${name} paused itself` });
    // Seen once: whoever resumes the schedule has seen it as well.
    await resumeSchedule(ledger, 'recall', NINE + 2 * DAY, now);
    await tick();
    expect((await needSchedule(ledger.db, 'recall')).state).toBe('active');
  });

  it('opens a backfill one after another, and the same span again not at all', async () => {
    const it = await schedule();
    now = NINE + 3 * DAY - MINUTE;
    const spec = specOfSchedule(it);
    await tick();
    const ask = async () => {
      const times = runsBetween(spec, NINE, now, 9);
      const asked = times.map((ms) => ({ local: localOf(spec, ms), nominalAt: ms, manual: false }));
      return askFor(ledger, it.id, asked, now);
    };
    expect(await ask()).toHaveLength(3);
    for (let n = 1; n <= 3; n += 1) {
      await tick();
      await tick();
      expect(await names()).toHaveLength(n);
      await control(ledger, (await names()).at(-1) ?? '', { action: 'cancel' }, now);
    }
    expect(await ask()).toEqual([]);
    await tick();
    expect(await names()).toEqual([1, 2, 3].map((day) => `recall-2026-06-0${day}T0900`));
  });

  it('opens nothing of a schedule of the other engine', async () => {
    await schedule({ engine: 'temporal' });
    await to(NINE);
    expect(await names()).toEqual([]);
  });
});
