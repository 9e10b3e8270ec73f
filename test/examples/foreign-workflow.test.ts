import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOrderActivities } from '../../examples/foreign-workflow/activities';
import type { shipOrder } from '../../examples/foreign-workflow/workflows';
import {
  connectRunner,
  createActivities,
  openConnections,
  openLedger,
  type Runner,
} from '../../worker';
import { onTemporal, temporalAddress, uniqueQueue } from '../support/temporal';
import {
  campaignYaml,
  fictional,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
} from '../worker/cli/fixture';

onTemporal('the runner in other people’s programs', () => {
  let place: Place;
  let runner: Runner;
  let connection: Connection;
  let native: NativeConnection;
  let client: Client;
  let queue: string;

  beforeEach(async () => {
    const address = temporalAddress();
    queue = uniqueQueue();
    place = await openPlace({ account: UNLIMITED, env: { TEMPORAL_ADDRESS: address } });
    runner = await connectRunner({
      ledger: join(place.folder, '.campaign/ledger.db'),
      accounts: join(place.folder, 'accounts.yaml'),
      taskQueue: queue,
      temporal: false,
    });
    connection = await Connection.connect({ address });
    client = new Client({ connection });
    native = await NativeConnection.connect({ address });
  });
  afterEach(async () => {
    await runner.close();
    await native.close();
    await connection.close();
    await place.close();
  });

  const runnersWorker = () => place.start('worker', '--engine', 'temporal', '--task-queue', queue);
  const message = (key: string, to = fictional(0)) => ({
    ...{ account: 'support', inbox: '3', to, name: 'Ada Example', key },
    text: 'Your order is ready.',
  });

  test('an order tells its customer by a child workflow, once, and learns what became of it', async () => {
    runnersWorker();
    const shop = uniqueQueue('shop');
    const worker = await Worker.create({
      connection: native,
      taskQueue: shop,
      workflowsPath: join(__dirname, '../../examples/foreign-workflow/workflows.ts'),
      activities: createOrderActivities(runner, async () => ({
        phone: fictional(7),
        name: 'Ada Example',
      })),
    });
    const order = (workflowId: string) =>
      client.workflow.execute<typeof shipOrder>('shipOrder', {
        workflowId,
        taskQueue: shop,
        args: [{ orderId: '1001', runnerQueue: queue }],
      });
    await worker.runUntil(async () => {
      expect(await order(`${shop}/1`)).toBe('sent');
      // The same order, by mistake: its message is the same one.
      expect(await order(`${shop}/2`)).toBe('sent');
    });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 1, doubles: 0 });
    const { events } = await client.workflow.getHandle(`${shop}/1`).fetchHistory();
    const history = Buffer.from(JSON.stringify(events)).toString();
    const decoded = history.replaceAll(/"data":"([A-Za-z0-9+/=]+)"/g, (_all, data: string) =>
      Buffer.from(data, 'base64').toString(),
    );
    expect(decoded).toContain('1001');
    expect(decoded).not.toContain(fictional(7).slice(2));
    expect(decoded).not.toContain('Ada');
  }, 60_000);

  test('what was only written down is not sent until somebody begins it', async () => {
    runnersWorker();
    const sendId = await runner.writeSend(message('later'));
    const { sendId: other, outcome } = await runner.send(message('now', fictional(1)));
    expect(await outcome()).toEqual({ state: 'sent', reason: null });
    expect(other).not.toBe(sendId);
    expect(place.sandbox.summary().accepted).toBe(1);
    expect(await runner.status('send-later')).toMatchObject({ state: 'ready' });
    const text = ['--text', message('later').text, '--key', 'later', '--json'];
    const sent = await place.campaign(
      ...['send', '--engine', 'temporal', '--account', 'support', '--inbox', '3'],
      ...['--to', fictional(0), ...text],
    );
    expect(lastJson(sent)).toMatchObject({ result: { state: 'sent' } });
  }, 60_000);

  test('a worker of one’s own is told what went wrong in words, and the history in a code', async () => {
    const sendId = await runner.writeSend(message('odd'));
    place.write('none.yaml', 'another:\n  platform: chatwoot\n  url: http://127.0.0.1:9\n');
    const lacking = await connectRunner({
      ledger: join(place.folder, '.campaign/ledger.db'),
      accounts: join(place.folder, 'none.yaml'),
    });
    const told: unknown[] = [];
    const onError = (_: string, error: unknown): void => void told.push(error);
    const { ensureContact } = lacking.activities({ onError });
    const failed = new MockActivityEnvironment().run(ensureContact, sendId);
    await expect(failed).rejects.toMatchObject({ message: 'CANNOT_HERE' });
    expect(told).toMatchObject([{ message: expect.stringContaining('support') }]);
    await lacking.close();
  }, 60_000);

  test('the activities can be put together by hand, on a ledger and accounts of one’s own', async () => {
    const ledger = await openLedger(join(place.folder, '.campaign/ledger.db'));
    const connections = openConnections(ledger, join(place.folder, 'accounts.yaml'));
    const { open } = connections;
    const activities = createActivities({ ledger, open, stopping: () => false });
    const send = await runner.writeSend(message('by-hand'));
    const environment = new MockActivityEnvironment();
    const step = (name: 'ensureContact' | 'ensureConversation' | 'sendMessage') =>
      environment.run(activities[name], send);
    expect(await step('ensureContact')).toEqual({ state: 'ready' });
    expect(await step('ensureConversation')).toEqual({ state: 'ready' });
    expect(await step('sendMessage')).toEqual({ state: 'sent', reason: null });
    await connections.close();
    await ledger.close();
  }, 60_000);

  test('one key is one message, whoever asks and however often', async () => {
    runnersWorker();
    const both = await Promise.all([runner.send(message('k')), runner.send(message('k'))]);
    expect(new Set(both.map(({ sendId }) => sendId)).size).toBe(1);
    for (const { outcome } of both) expect(await outcome()).toMatchObject({ state: 'sent' });
    const again = await runner.send(message('k'));
    expect(await again.outcome()).toMatchObject({ state: 'sent' });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 1, doubles: 0 });
    await expect(runner.send(message('k', fictional(2)))).rejects.toThrow('another recipient');
    await expect(runner.send({ ...message('k2'), to: '+1202' })).rejects.toThrow(/^(?!.*1202)/);
  }, 60_000);

  test('a worker of one’s own runs everything, and a campaign is started, paused and cancelled', async () => {
    const worker = await Worker.create({
      connection: native,
      taskQueue: queue,
      workflowsPath: join(__dirname, '../../workflows/index.ts'),
      activities: { ...runner.activities() },
    });
    place.write('list.csv', listOf(40));
    place.write(
      'spring.campaign.yaml',
      campaignYaml({ throttle: '{ perSecond: 5 }', orchestrate: 'message', engine: 'temporal' }),
    );
    const { name, campaign } = await runner.startCampaign(
      join(place.folder, 'spring.campaign.yaml'),
    );
    expect(await runner.startCampaign(join(place.folder, 'spring.campaign.yaml'))).toEqual({
      name,
      campaign,
    });
    // Nobody tells Temporal here: the workflow is begun by hand.
    await worker.runUntil(async () => {
      const running = await client.workflow.start('runCampaign', {
        workflowId: `campaign/${campaign}`,
        taskQueue: queue,
        args: [{ campaign }],
      });
      await expect
        .poll(() => place.sandbox.summary().accepted, { timeout: 20_000 })
        .toBeGreaterThan(3);
      await runner.pause(name, 'enough');
      expect(await runner.status(name)).toMatchObject({ state: 'paused', why: 'enough' });
      await runner.cancel(name);
      await running.signal('nudge');
      expect(await running.result()).toBe('cancelled');
    });
    const { counts } = await runner.status(name);
    expect(counts.sent).toBe(place.sandbox.summary().accepted);
    expect(counts.sent + counts.skipped).toBe(40);
  }, 90_000);
});
