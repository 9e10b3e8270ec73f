import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noticeLost } from '../../../../worker/engine/temporal/tell';
import {
  findCampaign,
  type Ledger,
  needCampaign,
  openLedger,
  sendIdOf,
  stopAccount,
} from '../../../../worker/ledger';
import { onTemporal, temporalAddress, uniqueQueue } from '../../../support/temporal';
import {
  campaignYaml,
  fictional,
  lastJson,
  listOf,
  openPlace,
  type Place,
  type Started,
  UNLIMITED,
  until,
} from '../../cli/fixture';

const ROWS = 25;
const TEXT = 'Hi there, it is time.';

onTemporal('messages with a workflow each', () => {
  let place: Place;
  let connection: Connection;
  let client: Client;
  let queue: string;
  let workers: Started[];
  let ledger: Ledger | undefined;

  beforeEach(async () => {
    const address = temporalAddress();
    queue = uniqueQueue();
    workers = [];
    place = await openPlace({ account: UNLIMITED, env: { TEMPORAL_ADDRESS: address } });
    connection = await Connection.connect({ address });
    client = new Client({ connection });
  });
  afterEach(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await ledger?.close();
    ledger = undefined;
    await place.close();
    await connection.close();
  });

  function worker(): Started {
    const started = place.start(
      ...['worker', '--engine', 'temporal', '--task-queue', queue, '--lease-ms', '2000'],
    );
    workers.push(started);
    return started;
  }

  const opened = async (): Promise<Ledger> =>
    (ledger ??= await openLedger(`${place.folder}/.campaign/ledger.db`));
  const campaign = async (name: string) => needCampaign((await opened()).db, name);
  /** The workflow of a campaign's nth message. */
  const deliverOf = async (name: string, seq = 0) =>
    client.workflow.getHandle(`deliver/${sendIdOf(await campaign(name), seq)}`);
  const summary = () => place.sandbox.summary();

  const send = (key: string, ...more: string[]) =>
    place.start(
      ...['send', '--engine', 'temporal', '--account', 'support', '--inbox', '3', '--json'],
      ...['--to', fictional(0), '--text', TEXT, '--key', key, ...more],
    );

  /** What a history says of activities, in order. */
  async function activitiesOf(name: string): Promise<string[]> {
    const { events } = await (await deliverOf(name)).fetchHistory();
    return (events ?? []).flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    );
  }

  function campaignFile(more: Readonly<Record<string, string>> = {}): void {
    place.write('list.csv', listOf(ROWS));
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ engine: 'temporal', orchestrate: 'message', ...more }),
    );
  }

  test('a campaign is sent message by message', async () => {
    campaignFile();
    worker();
    const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(lastJson(run)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
    for (let seq = 0; seq < ROWS; seq += 1) {
      expect(await (await deliverOf('spring', seq)).result()).toEqual({
        state: 'sent',
        reason: null,
      });
    }
    expect(await activitiesOf('spring')).toEqual([
      'ensureContact',
      'ensureConversation',
      'sendMessage',
    ]);
  }, 60_000);

  test('lost answers are found, and those that never arrived are sent again', async () => {
    place.sandbox.setFaults([
      { match: { delivers: true, every: 5 }, fault: 'drop_after_commit' },
      { match: { delivers: true, every: 7 }, fault: 'drop_before_commit' },
    ]);
    campaignFile();
    worker();
    const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
    expect(lastJson(run)).toMatchObject({ state: 'finished', counts: { sent: ROWS, double: 0 } });
    expect(summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  }, 90_000);

  test('a pause holds, and a resume goes on', async () => {
    campaignFile({ throttle: '{ perSecond: 5 }' });
    worker();
    const started = await place.campaign('start', 'spring.campaign.yaml');
    expect(started.exit).toBe(0);
    await until('some are sent', () => summary().accepted > 3);
    await place.campaign('pause', 'spring');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const before = summary().accepted;
    expect(before).toBeLessThan(ROWS);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(summary().accepted).toBe(before);
    await place.campaign('resume', 'spring', '--detach');
    await until('all are sent', () => summary().accepted === ROWS, 60_000);
    await until('it is over', async () => (await campaign('spring')).state === 'finished', 30_000);
    expect(summary().doubles).toBe(0);
  }, 120_000);

  test('the same key sends once, however often, and says the same', async () => {
    worker();
    const both = await Promise.all([send('order-1').ended, send('order-1').ended]);
    const third = await send('order-1').ended;
    for (const ended of [...both, third]) {
      expect(ended.exit, ended.err).toBe(0);
      expect(lastJson(ended)).toMatchObject({ result: { state: 'sent' } });
    }
    expect(summary()).toMatchObject({ accepted: 1, doubles: 0 });
    expect((await campaign('send-order-1')).state).toBe('finished');
    expect(await activitiesOf('send-order-1')).toContain('sendMessage');
  }, 60_000);

  test('a worker killed with its request on the way: another settles it, and it is sent once', async () => {
    place.sandbox.setFaults([
      {
        match: { delivers: true, nth: 1 },
        fault: 'slow',
        options: { ms: 30_000, commitFirst: true },
      },
    ]);
    const first = worker();
    const sending = send('order-2');
    await until('it is on its way', () => summary().deliversInFlight === 1, 30_000);
    first.child.kill('SIGKILL');
    worker();
    const ended = await sending.ended;
    expect(lastJson(ended)).toMatchObject({ result: { state: 'sent' } });
    expect(summary()).toMatchObject({ accepted: 1, doubles: 0 });
    const activities = await activitiesOf('send-order-2');
    expect(activities.filter((name) => name === 'sendMessage')).toHaveLength(1);
    expect(activities).toContain('settle');
  }, 120_000);

  test('a worker killed before its request was taken: it is sent once, by another', async () => {
    place.sandbox.setFaults([
      {
        match: { delivers: true, nth: 1 },
        fault: 'drop_before_commit',
      },
      {
        match: { method: 'POST', path: '/contacts$', nth: 1 },
        fault: 'slow',
        options: { ms: 8_000 },
      },
    ]);
    const first = worker();
    const sending = send('order-3');
    await until(
      'its contact is on its way',
      () => place.sandbox.requests().some(({ path }) => path.includes('/contacts')),
      30_000,
    );
    first.child.kill('SIGKILL');
    worker();
    expect(lastJson(await sending.ended)).toMatchObject({ result: { state: 'sent' } });
    expect(summary()).toMatchObject({ accepted: 1, doubles: 0 });
  }, 120_000);

  test('cancelled while its request is on the way, the workflow sees to its end', async () => {
    place.sandbox.setFaults([
      { match: { delivers: true }, fault: 'slow', options: { ms: 3_000, commitFirst: true } },
    ]);
    worker();
    const sending = send('order-4');
    await until('it is on its way', () => summary().deliversInFlight === 1, 30_000);
    const workflow = await deliverOf('send-order-4');
    await workflow.cancel();
    expect(await workflow.result()).toEqual({ state: 'sent', reason: null });
    expect(lastJson(await sending.ended)).toMatchObject({ result: { state: 'sent' } });
    expect(summary().accepted).toBe(1);
  }, 60_000);

  test('cancelled while its conversation is looked for, it is not sent', async () => {
    place.sandbox.setFaults([
      { match: { path: '/conversations' }, fault: 'slow', options: { ms: 2_500 } },
    ]);
    worker();
    const sending = send('order-7');
    // The person's own, and not the list by which the worker asks who answered.
    await until('that is on its way', () =>
      place.sandbox.requests().some(({ query }) => query.includes('source_id')),
    );
    const workflow = await deliverOf('send-order-7');
    await workflow.cancel();
    await expect(workflow.result()).rejects.toThrow();
    const { events } = await workflow.fetchHistory();
    // Both steps were seen to their end before the ledger heard of it.
    const done = (events ?? []).filter((event) => event.activityTaskCompletedEventAttributes);
    expect(done).toHaveLength(3);
    expect(await activitiesOf('send-order-7')).toEqual([
      ...['ensureContact', 'ensureConversation', 'cancelSend'],
    ]);
    expect(lastJson(await sending.ended)).toMatchObject({ result: { state: 'skipped' } });
    expect(summary().accepted).toBe(0);
  }, 60_000);

  test('a message whose workflow is terminated does not hold up its campaign, and is begun anew', async () => {
    campaignFile({ throttle: '{ perSecond: 5 }' });
    worker();
    const run = place.start('run', 'spring.campaign.yaml', '--json');
    await until('some are sent', () => summary().accepted > 2, 30_000);
    // Which of them waits longest for its token is not said: the first that is still under way.
    let terminated = false;
    for (let seq = ROWS - 1; seq >= 0 && !terminated; seq -= 1) {
      const workflow = await deliverOf('spring', seq);
      terminated = await workflow.terminate().then(
        () => true,
        () => false,
      );
    }
    expect(terminated).toBe(true);
    expect(lastJson(await run.ended)).toMatchObject({
      state: 'finished',
      counts: { sent: ROWS, double: 0 },
    });
    expect(summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
  }, 90_000);

  test('cancelled while it waits, it is not sent, whoever begins it anew', async () => {
    const sending = send('order-5');
    await until('it is written down', () => exists('send-order-5'));
    const now = Date.now();
    await stopAccount(await opened(), 'support', { until: now + 60_000, why: 'test', now });
    worker();
    await until('its workflow waits', async () => {
      const workflow = await deliverOf('send-order-5');
      const { events } = await workflow.fetchHistory().catch(() => ({ events: [] }));
      return (events ?? []).some(({ timerStartedEventAttributes: timer }) => timer != null);
    });
    const workflow = await deliverOf('send-order-5');
    await workflow.cancel();
    await expect(workflow.result()).rejects.toThrow();
    expect((await workflow.describe()).status.name).toBe('CANCELLED');
    expect((await campaign('send-order-5')).state).toBe('cancelled');
    // Nothing but the ledger says so: a server that has forgotten the workflow changes nothing.
    const telling = { ledger: await opened(), client, taskQueue: queue, attributes: false };
    expect(await noticeLost(telling)).toBe(0);
    const { workflowId } = workflow;
    const args = [workflowId.replace('deliver/', '')];
    const outcome = await client.workflow.execute('deliver', {
      workflowId,
      taskQueue: queue,
      args,
    });
    expect(outcome).toEqual({ state: 'skipped', reason: 'cancelled' });
    expect(lastJson(await sending.ended)).toMatchObject({ result: { state: 'skipped' } });
    expect(summary().accepted).toBe(0);
  }, 60_000);

  test('begun as a part of somebody else’s under another id, and cancelled, it is not begun anew', async () => {
    const sending = send('order-9');
    await until('it is written down', () => exists('send-order-9'));
    const now = Date.now();
    await stopAccount(await opened(), 'support', { until: now + 60_000, why: 'test', now });
    await (await opened()).db.deleteFrom('outbox').execute();
    worker();
    const args = [sendIdOf(await campaign('send-order-9'), 0)];
    const workflowId = uniqueQueue('foreign');
    const begun = await client.workflow.start('deliver', { workflowId, taskQueue: queue, args });
    await until('it is started', async () => (await campaign('send-order-9')).state === 'running');
    await begun.cancel();
    await expect(begun.result()).rejects.toThrow();
    const telling = { ledger: await opened(), client, taskQueue: queue, attributes: false };
    expect(await noticeLost(telling)).toBe(0);
    expect(lastJson(await sending.ended)).toMatchObject({ result: { state: 'skipped' } });
  }, 60_000);

  test('without a worker, whoever sends it is told what it waits for, beside the result', async () => {
    const sending = send('order-8');
    await until('it is said', () => sending.text().includes('No worker has taken it up'), 20_000);
    sending.child.kill('SIGINT');
    const { out } = await sending.ended;
    expect(out).not.toContain('No worker');
  }, 60_000);

  const exists = async (name: string): Promise<boolean> => {
    try {
      return (await findCampaign((await opened()).db, name)) !== undefined;
    } catch {
      return false;
    }
  };

  test('no history holds the address, the name or the text', async () => {
    worker();
    await send('order-6', '--name', 'Zacharias Quill').ended;
    const history = JSON.stringify(await (await deliverOf('send-order-6')).fetchHistory());
    const decoded = history.replaceAll(/"data":"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
      Buffer.from(data, 'base64').toString(),
    );
    expect(decoded).toContain(sendIdOf(await campaign('send-order-6'), 0));
    for (const secret of [
      fictional(0),
      fictional(0).slice(2),
      'Zacharias',
      TEXT,
      'sandbox-token',
      'order-6',
    ]) {
      expect(decoded).not.toContain(secret);
    }
  }, 60_000);
});
