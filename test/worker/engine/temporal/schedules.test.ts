import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ScheduleSpec, specOfSchedule } from '../../../../worker/campaign/schedule-spec';
import {
  describeSchedule,
  noticeLostSchedules,
  scheduleIdOf,
} from '../../../../worker/engine/temporal/schedules';
import {
  type Ledger,
  listCampaigns,
  listOccurrences,
  needSchedule,
  openLedger,
  type Schedule,
  untoldSchedules,
} from '../../../../worker/ledger';
import { onTemporal, temporalAddress, uniqueQueue } from '../../../support/temporal';
import {
  campaignYaml,
  fictional,
  listOf,
  openPlace,
  type Place,
  type Started,
  UNLIMITED,
  until,
} from '../../cli/fixture';

const ROWS = 3;
/** A port where nobody listens. */
const NOWHERE = '127.0.0.1:9';

onTemporal('schedules on Temporal', () => {
  let place: Place;
  let ledger: Ledger;
  let connection: Connection;
  let client: Client;
  let queue: string;
  let made: string[];

  beforeEach(async () => {
    queue = uniqueQueue();
    made = [];
    place = await openPlace({ account: UNLIMITED, env: { TEMPORAL_ADDRESS: temporalAddress() } });
    place.write('list.csv', listOf(ROWS));
    place.write('spring.campaign.yaml', campaignYaml({ engine: 'temporal' }));
    ledger = await openLedger(join(place.folder, '.campaign/ledger.db'));
    connection = await Connection.connect({ address: temporalAddress() });
    client = new Client({ connection });
  });
  afterEach(async () => {
    // What stays would go on in the server that other tests share.
    for (const ref of made) {
      await client.schedule
        .getHandle(scheduleIdOf(ref))
        .delete()
        .catch(() => undefined);
    }
    await place.close();
    await ledger.close();
    await connection.close();
  });

  const schedule = (...args: string[]) => place.campaign('schedule', ...args);
  const worker = (): Started =>
    place.start('worker', '--engine', 'temporal', '--task-queue', queue, '--json');

  async function create(...args: string[]): Promise<Schedule> {
    const options = ['--at', '09:00', '--zone', 'Europe/Paris', '--task-queue', queue, ...args];
    const { exit, err } = await schedule('create', 'spring.campaign.yaml', ...options);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const it = await needSchedule(ledger.db, 'spring');
    made.push(it.ref);
    return it;
  }

  /** As nobody may write it: so often that a test need not wait for minutes. */
  async function every(seconds: number, more: Partial<ScheduleSpec> = {}): Promise<Schedule> {
    const { id, spec } = await needSchedule(ledger.db, 'spring');
    const upTo = (n: number, from = 0, step = 1) =>
      Array.from({ length: Math.ceil((n - from) / step) }, (_, at) => from + at * step);
    const cron = {
      ...{ seconds: upTo(60, 0, seconds), minutes: upTo(60), hours: upTo(24) },
      ...{ days: upTo(32, 1), months: upTo(13, 1), weekdays: upTo(7) },
    };
    const changed: ScheduleSpec = { ...specOfSchedule({ spec }), cron, ...more };
    await ledger.db
      .updateTable('schedules')
      .set((eb) => ({ spec: JSON.stringify(changed), revision: eb('revision', '+', 1) }))
      .where('id', '=', id)
      .execute();
    return needSchedule(ledger.db, 'spring');
  }

  const states = async () => (await listCampaigns(ledger)).map(({ state }) => state);
  const finished = async () => (await states()).filter((state) => state === 'finished').length;
  const allFinished = async () => (await states()).every((state) => state === 'finished');
  const sent = () => place.sandbox.summary().accepted;
  const pausedThere = async ({ ref }: Schedule) =>
    (await describeSchedule(client, ref))?.state.paused;

  async function historiesOf({ ref }: Schedule): Promise<string> {
    const found = client.workflow.list({ query: `WorkflowId STARTS_WITH "${scheduleIdOf(ref)}"` });
    const all: unknown[] = [];
    for await (const { workflowId, runId } of found) {
      all.push(await client.workflow.getHandle(workflowId, runId).fetchHistory());
    }
    return `${all.length} ${JSON.stringify(all, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value))}`;
  }

  test('two of them fire, each by its time without the jitter; a backfill of the same times and a trigger send nothing twice', async () => {
    await create();
    const it = await every(5, { overlap: 'allow', jitterMs: 2_000 });
    worker();
    await until('two are through', async () => (await finished()) >= 2, 40_000);
    expect((await schedule('pause', 'spring')).exit).toBe(0);
    expect(await pausedThere(it)).toBe(true);
    await until('all are through', allFinished);
    const campaigns = await listCampaigns(ledger);
    expect(sent()).toBe(campaigns.length * ROWS);
    for (const { name, workflow_id: workflowId } of campaigns) {
      // spring-2026-06-01T090005: seconds by the pattern, whatever the jitter.
      expect(name).toMatch(/^spring-\d{4}-\d\d-\d\dT\d{4}([0-5][05])?$/);
      expect(workflowId).toMatch(new RegExp(`^${scheduleIdOf(it.ref)}-`));
    }

    const handle = client.schedule.getHandle(scheduleIdOf(it.ref));
    const before = (await handle.describe()).info.numActionsTaken;
    const there = await listOccurrences(ledger.db, it.id, 99);
    const start = new Date((there.at(-1)?.nominal_at ?? 0) - 1_000);
    const end = new Date((campaigns.at(-1)?.created_at ?? 0) + 1);
    // Both by hand, so both while it is paused: a server may drop a trigger that a pause follows at once.
    const overlap = ScheduleOverlapPolicy.ALLOW_ALL;
    await handle.backfill({ start, end, overlap });
    await handle.trigger(overlap);
    await until(
      'they have begun',
      async () => {
        const { info } = await handle.describe();
        return info.numActionsTaken >= before + campaigns.length + 1;
      },
      60_000,
    );
    await until(
      'they are over',
      async () => {
        const { info } = await handle.describe();
        return info.runningActions.length === 0;
      },
      60_000,
    );
    await wait(500);
    expect(sent()).toBe(
      (await listCampaigns(ledger)).filter(({ state }) => state === 'finished').length * ROWS,
    );
    const after = await listOccurrences(ledger.db, it.id, 99);
    // Of the times that were opened before, none became another.
    expect(after.filter(({ campaign_id: id }) => id !== null).length).toBe(campaigns.length);
    expect(after.length).toBeGreaterThanOrEqual(there.length);

    const histories = await historiesOf(it);
    expect(Number.parseInt(histories, 10)).toBeGreaterThanOrEqual(2);
    for (const word of [fictional(0), 'Person', 'it is time', 'sandbox-token', 'list.csv']) {
      expect(histories).not.toContain(word);
      expect(JSON.stringify(await handle.describe())).not.toContain(word);
    }
  }, 120_000);

  test('is made, changed and deleted there as here, also when Temporal was away meanwhile', async () => {
    const it = await create('--overlap', 'buffer-one', '--jitter', '2m', '--catch-up', '10m');
    const known = await describeSchedule(client, it.ref);
    expect(known).toMatchObject({
      policies: { overlap: 'BUFFER_ONE', catchupWindow: 600_000, pauseOnFailure: true },
      spec: { timezone: 'Europe/Paris', jitter: 120_000 },
      action: {
        workflowType: 'runScheduled',
        args: [{ schedule: it.ref, attributes: true }],
        taskQueue: queue,
      },
      state: { paused: false },
    });
    expect((await schedule('show', 'spring')).out).toContain('Temporal  begun 0 times');

    const away = await openPlace({ env: { TEMPORAL_ADDRESS: NOWHERE } });
    const there = ['--ledger', join(place.folder, '.campaign/ledger.db')];
    const told = await away.campaign('schedule', 'pause', 'spring', ...there);
    await away.close();
    expect(told.out).toContain('Temporal cannot be reached now. It is written down');
    expect(await pausedThere(it)).toBe(false);
    worker();
    await until('a worker has told it', async () => (await pausedThere(it)) === true);

    // Begun in Temporal's own pages: the ledger knows better.
    const handle = client.schedule.getHandle(scheduleIdOf(it.ref));
    await handle.trigger(ScheduleOverlapPolicy.ALLOW_ALL);
    await until('it is through', async () => (await finished()) === 1);
    expect((await schedule('resume', 'spring')).exit).toBe(0);
    expect(await pausedThere(it)).toBe(false);
    expect((await schedule('delete', 'spring', '--yes')).exit).toBe(0);
    expect(await describeSchedule(client, it.ref)).toBeNull();
    expect(await untoldSchedules(ledger.db)).toEqual([]);
  }, 90_000);

  test('that is gone there is told anew, and an occurrence whose workflow is gone is begun anew', async () => {
    const it = await create();
    const telling = () => noticeLostSchedules({ ledger, client, attributes: false });
    expect(await telling()).toBe(0);
    await client.schedule.getHandle(scheduleIdOf(it.ref)).delete();
    expect(await telling()).toBe(1);
    expect((await schedule('show', 'spring')).out).toContain('a worker tells it');
    worker();
    await until('it is told', async () => (await describeSchedule(client, it.ref)) !== null);

    rmSync(join(place.folder, 'list.csv'));
    const occurrence = async () => (await listOccurrences(ledger.db, it.id, 1))[0];
    const trying = async () => (await occurrence())?.state === 'trying';
    expect((await schedule('trigger', 'spring')).exit).toBe(0);
    await until('it cannot be opened', trying);
    const { local = '' } = (await occurrence()) ?? {};
    const workflow = client.workflow.getHandle(`${scheduleIdOf(it.ref)}/${local}`);
    expect(await telling()).toBe(0);
    await workflow.terminate();
    expect(await telling()).toBe(1);
    expect((await workflow.describe()).status.name).toBe('RUNNING');

    await workflow.cancel();
    await workflow.result().catch(() => undefined);
    expect((await workflow.describe()).status.name).toBe('CANCELLED');
    expect(await occurrence()).toMatchObject({ state: 'skipped', why: 'cancelled' });
    expect(await telling()).toBe(0);
    place.write('list.csv', listOf(ROWS));
    expect((await schedule('trigger', 'spring', '--yes')).exit).toBe(0);
    await until('it is through', async () => (await finished()) === 1, 40_000);
  }, 90_000);

  test('triggers and makes up for what passed from the command line, once', async () => {
    const it = await create();
    worker();
    expect((await schedule('trigger', 'spring')).exit).toBe(0);
    await until('it is through', async () => (await finished()) === 1);
    const [{ name = '', workflow_id: opener } = {}] = await listCampaigns(ledger);
    const workflow = client.workflow.getHandle(opener ?? '');
    expect(await workflow.result()).toBe('finished');
    expect((await workflow.describe()).searchAttributes).toMatchObject({
      ...{ CampaignName: [name], CampaignState: ['finished'] },
    });
    const span = ['--from', '2026-06-01T00:00', '--to', '2026-06-02T12:00', '--yes'];
    expect((await schedule('backfill', 'spring', ...span)).out).toContain('2 times will be opened');
    await until('they are through', async () => (await finished()) === 3, 40_000);
    expect((await schedule('backfill', 'spring', ...span)).out).toContain('0 times will be opened');
    await client.schedule.getHandle(scheduleIdOf(it.ref)).backfill({
      start: new Date('2026-05-31T22:00:00Z'),
      end: new Date('2026-06-03T10:00:00Z'),
      overlap: ScheduleOverlapPolicy.BUFFER_ALL,
    });
    // The third of June is new; the two before it are not.
    await until('the new one is through', async () => (await finished()) === 4, 20_000);
    await wait(2_000);
    expect(await states()).toEqual(['finished', 'finished', 'finished', 'finished']);
    expect(sent()).toBe(4 * ROWS);
  }, 90_000);

  test('that overlaps is passed over as long as the campaign itself is under way', async () => {
    place.write('list.csv', listOf(12));
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 1 }' }),
    );
    await create();
    const it = await every(3);
    worker();
    await until('one is through', async () => (await finished()) >= 1, 40_000);
    await schedule('pause', 'spring');
    const { numActionsSkippedOverlap } = (await describeSchedule(client, it.ref))?.info ?? {};
    expect(numActionsSkippedOverlap).toBeGreaterThan(1);
    expect((await listCampaigns(ledger)).length).toBeLessThanOrEqual(2);
  }, 90_000);

  test('that cannot be opened fails by a code, and pauses the schedule here and there', async () => {
    await create();
    rmSync(join(place.folder, 'list.csv'));
    const it = await every(5, { catchUpMs: 1_500 });
    worker();
    await until('it is paused', async () => (await pausedThere(it)) === true, 40_000);
    expect(await needSchedule(ledger.db, 'spring')).toMatchObject({
      state: 'paused',
      why: expect.stringContaining('could not be opened: unusable'),
    });
    const histories = await historiesOf(it);
    expect(histories).toContain('UNUSABLE');
    expect(histories).not.toContain('list.csv');
    expect((await schedule('show', 'spring')).out).toContain('There is no file');
  }, 90_000);
});
