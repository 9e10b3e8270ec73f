import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTemporal } from '../../../../scripts/temporal-server.mjs';
import {
  hasSearchAttributes,
  noticeLost,
  workflowIdOf,
} from '../../../../worker/engine/temporal/tell';
import { needCampaign, openLedger, stopAccount, waitingOutbox } from '../../../../worker/ledger';
import {
  onTemporal,
  temporalAddress,
  temporalProgram,
  uniqueQueue,
} from '../../../support/temporal';
import {
  campaignYaml,
  lastJson,
  listOf,
  openPlace,
  type Place,
  type Started,
  UNLIMITED,
  until,
} from '../../cli/fixture';

const ROWS = 60;

onTemporal('campaigns on Temporal', () => {
  let place: Place;
  let connection: Connection;
  let client: Client;
  let queue: string;
  let workers: Started[];

  async function begin(address: string, account = UNLIMITED): Promise<void> {
    queue = uniqueQueue();
    workers = [];
    place = await openPlace({ account, env: { TEMPORAL_ADDRESS: address } });
    place.write('list.csv', listOf(ROWS));
    place.write('spring.campaign.yaml', campaignYaml({ engine: 'temporal' }));
    connection = await Connection.connect({ address });
    client = new Client({ connection });
  }

  function worker(...more: string[]): Started {
    const args = ['worker', '--engine', 'temporal', '--task-queue', queue, ...more];
    const started = place.start(...args);
    workers.push(started);
    return started;
  }

  async function ref(): Promise<string> {
    const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
    try {
      return (await needCampaign(ledger.db, 'spring')).ref;
    } finally {
      await ledger.close();
    }
  }

  const handle = async () => client.workflow.getHandle(workflowIdOf(await ref()));
  const json = async (...args: string[]) => lastJson(await place.campaign(...args, '--json'));
  const sent = () => place.sandbox.summary().accepted;

  /** Two seconds after a pause nothing begins any more. */
  async function sentAtLast(): Promise<number> {
    await wait(2_000);
    const before = sent();
    await wait(700);
    expect(sent()).toBe(before);
    return before;
  }

  beforeEach(() => begin(temporalAddress()));
  afterEach(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await place.close();
    await connection.close();
  });

  test('a campaign is sent, by worker and workflow, as it is here', async () => {
    worker();
    const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(run.exit).toBe(0);
    expect(lastJson(run)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
    expect(await (await handle()).result()).toBe('finished');
    expect((await place.campaign('status', 'spring')).out).toContain('run by Temporal, workflow');
  });

  test('workflows and activities may be in processes of their own', async () => {
    worker('--only', 'workflows');
    worker('--only', 'activities');
    const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(lastJson(run)).toMatchObject({ state: 'finished', counts: { sent: ROWS } });
  });

  test('paused from Temporal, resumed from the command line, and cancelled by its workflow', async () => {
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 10 }' }),
    );
    worker();
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    await until('some are sent', () => sent() > 5);
    const paused = await (await handle()).executeUpdate('control', { args: [{ action: 'pause' }] });
    expect(paused).toMatchObject({ counts: { failed: 0 } });
    expect(await json('status', 'spring')).toMatchObject({
      state: 'paused',
      why: 'asked for in Temporal',
    });
    const before = await sentAtLast();
    expect(await (await handle()).query('status')).toMatchObject({ doing: 'paused' });
    await expect(
      (await handle()).executeUpdate('control', { args: [{ action: 'explode' }] }),
    ).rejects.toThrow();

    await place.campaign('resume', 'spring', '--detach');
    await until('it goes on', () => sent() > before + 5);
    const atCancel = sent();
    await (await handle()).cancel();
    expect(await (await handle()).result()).toBe('cancelled');
    // The gate is shut at once, and not at the end of the slice: two seconds at ten a second, at the most.
    expect(sent()).toBeLessThanOrEqual(atCancel + 20);
    const { state, counts } = await json('status', 'spring');
    expect(state).toBe('cancelled');
    expect(counts['sent']).toBe(sent());
    expect(counts['sent'] ?? 0).toBeLessThan(ROWS);
    expect((counts['sent'] ?? 0) + (counts['skipped'] ?? 0)).toBe(ROWS);
  });

  test('an interrupted run pauses it, for every worker; the same command goes on', async () => {
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 20 }' }),
    );
    worker();
    const run = place.start('run', 'spring.campaign.yaml', '--json');
    await until('some are sent', () => sent() > 5);
    run.child.kill('SIGINT');
    expect((await run.ended).exit).toBe(130);
    const before = sent();
    expect(before).toBeLessThan(ROWS);
    expect(await json('status', 'spring')).toMatchObject({
      state: 'paused',
      counts: { sent: before },
    });
    const again = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(lastJson(again)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  });

  test('its first few are sent first, and nobody else', async () => {
    worker();
    const few = await place.campaign('run', 'spring.campaign.yaml', '--canary', '3', '--json');
    expect(few.exit).toBe(0);
    expect(lastJson(few)).toMatchObject({ state: 'paused', counts: { sent: 3 } });
    expect(sent()).toBe(3);
    expect(await json('resume', 'spring')).toMatchObject({
      state: 'finished',
      counts: { sent: ROWS },
    });
  });

  test('a paused campaign goes to the other engine and back, and no workflow holds on to it', async () => {
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 5 }' }),
    );
    worker();
    await place.campaign('start', 'spring.campaign.yaml');
    await until('some are sent', () => sent() > 5);
    const refused = await place.campaign('resume', 'spring', '--engine', 'embedded');
    expect(refused.err).toContain('Pause it first');
    await place.campaign('pause', 'spring');
    const first = await handle();
    const here = place.start('resume', 'spring', '--engine', 'embedded', '--json');
    expect(await first.result()).toBe('moved');
    await until('it goes on here', () => sent() > 20);
    here.child.kill('SIGINT');
    await here.ended;
    const back = await place.campaign('resume', 'spring', '--engine', 'temporal', '--json');
    expect(lastJson(back)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  }, 60_000);

  test('whoever looks on is told what it waits for', async () => {
    worker();
    await place.campaign('start', 'spring.campaign.yaml');
    await until('all are sent', () => sent() === ROWS);
    place.write('summer.campaign.yaml', campaignYaml({ engine: 'temporal', name: 'summer' }));
    const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
    const now = Date.now();
    await stopAccount(ledger, 'support', { until: now + 8_000, why: 'asked to wait', now });
    await ledger.close();
    const run = await place.campaign('run', 'summer.campaign.yaml', '--json');
    expect(run.out).toMatch(/"waiting":"waiting until [^"]*asked to wait"/);
    expect(lastJson(run)).toMatchObject({ state: 'finished', counts: { sent: ROWS } });
  }, 60_000);

  test('a workflow that was terminated is begun anew: the ledger says what is to be done', async () => {
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 10 }' }),
    );
    worker();
    await place.campaign('start', 'spring.campaign.yaml');
    await until('some are sent', () => sent() > 5);
    await (await handle()).terminate('by hand');
    const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
    try {
      const telling = { ledger, client, taskQueue: queue, attributes: false };
      expect(await noticeLost(telling)).toBe(1);
      await until(
        'it runs again',
        async () => (await (await handle()).describe()).status.name === 'RUNNING',
      );
      expect(await noticeLost(telling)).toBe(0);
    } finally {
      await ledger.close();
    }
    expect(await (await handle()).result()).toBe('finished');
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  }, 60_000);

  test('with Temporal away a pause holds and a start is kept; both are told when it is back', async () => {
    const path = temporalProgram();
    if (path === undefined) return expect(path, 'the program is needed').toBeDefined();
    await place.close();
    await connection.close();
    const server = await startTemporal({ path });
    await begin(server.address);
    try {
      place.write(
        'spring.campaign.yaml',
        campaignYaml({ engine: 'temporal', throttle: '{ perSecond: 10 }' }),
      );
      worker();
      await place.campaign('start', 'spring.campaign.yaml');
      await until('some are sent', () => sent() > 3);
      await server.kill9();
      await place.campaign('pause', 'spring');
      await sentAtLast();
      await place.campaign('resume', 'spring', '--detach');
      const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
      expect(await waitingOutbox(ledger.db)).toBeGreaterThan(0);
      await server.start();
      await until('all are sent', () => sent() === ROWS, 60_000);
      await until(
        'it is over',
        async () => (await json('status', 'spring')).state === 'finished',
        60_000,
      );
      expect(await waitingOutbox(ledger.db)).toBe(0);
      await ledger.close();
      expect(place.sandbox.summary().doubles).toBe(0);
    } finally {
      await server.close();
    }
  }, 120_000);

  test('a worker that lacks the account leaves the campaign to one that has it', async () => {
    place.write(
      'other.yaml',
      'another:\n  platform: chatwoot\n  url: http://127.0.0.1:9\n  accountId: "1"\n  token: t\n',
    );
    const lacking = worker('--accounts', 'other.yaml');
    await place.campaign('start', 'spring.campaign.yaml');
    await until('it says so', () => lacking.text().includes('CANNOT_HERE'));
    worker();
    await until('all are sent', () => sent() === ROWS, 60_000);
  }, 90_000);

  test.each(['runCampaign', 'deliver'])(
    '%s without what it is about fails at once, and is not tried for ever',
    async (workflow) => {
      worker();
      const workflowId = uniqueQueue('nothing');
      const args = [null, null];
      await client.workflow.start(workflow, { taskQueue: queue, workflowId, args });
      await expect(client.workflow.getHandle(workflowId).result()).rejects.toMatchObject({
        cause: { type: 'INVALID_INPUT' },
      });
    },
  );

  test('it is known whether search attributes may be used', async () => {
    expect(await hasSearchAttributes(client, 'default')).toBe(true);
    expect(await hasSearchAttributes(client, 'there-is-none')).toBe(false);
  });
});
