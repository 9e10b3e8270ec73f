import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type {
  CampaignActivities,
  ScheduleActivities,
  SendActivities,
  SendTurn,
  Turn,
} from '../../workflows/ports';
import { onTemporal, temporalAddress, uniqueQueue } from '../support/temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const BUNDLE = 'worker/dist/workflow-bundle.js';
const HOUR_MS = 3_600_000;
const counts = { sent: 0, failed: 0, skipped: 0, unknown: 0, left: 1 };
const ENDED: Turn = { step: { kind: 'end', outcome: 'finished' }, counts };
const CANCELLED: Turn = { step: { kind: 'end', outcome: 'cancelled' }, counts };

type All = CampaignActivities & SendActivities & ScheduleActivities;

onTemporal('workflows on a server', () => {
  let connection: Connection;
  let native: NativeConnection;
  let client: Client;

  beforeEach(async () => {
    const address = temporalAddress();
    connection = await Connection.connect({ address });
    client = new Client({ connection });
    native = await NativeConnection.connect({ address });
  });
  afterEach(async () => {
    await native.close();
    await connection.close();
  });

  /** The real workflows, and in place of their activities what the test says. */
  async function withWorkflows<T>(
    activities: Partial<All>,
    use: (
      start: (type: string, input: unknown) => ReturnType<Client['workflow']['start']>,
      id: string,
    ) => Promise<T>,
  ): Promise<T> {
    const taskQueue = uniqueQueue();
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: BUNDLE },
      activities,
    });
    const id = uniqueQueue('flow');
    const start = (type: string, input: unknown) =>
      client.workflow.start(type, { workflowId: id, taskQueue, args: [input] });
    return worker.runUntil(() => use(start, id));
  }

  test.each([
    ['behind', -HOUR_MS],
    ['ahead of', HOUR_MS],
  ])(
    'a campaign waits as long as it is told by a clock that is %s the server’s',
    async (_, skew) => {
      let asked = 0;
      const began = performance.now();
      const next = async (): Promise<Turn> => {
        asked += 1;
        if (asked === 4) return ENDED;
        const at = Date.now() + skew;
        return { step: { kind: 'wait', untilMs: at + 1_500, why: 'test' }, counts, at };
      };
      await withWorkflows({ next }, async (start) => {
        await (await start('runCampaign', { campaign: 'c' })).result();
      });
      const took = performance.now() - began;
      expect(took).toBeGreaterThan(2_000);
      expect(took).toBeLessThan(12_000);
    },
    30_000,
  );

  test.each([
    ['behind', -HOUR_MS],
    ['ahead of', HOUR_MS],
  ])(
    'so does a message, by one that is %s it',
    async (_, skew) => {
      let asked = 0;
      const began = performance.now();
      const ensureContact = async (): Promise<SendTurn> => {
        asked += 1;
        if (asked === 4) return { state: 'sent', reason: null };
        const now = Date.now() + skew;
        return { state: 'not_before', at: now + 1_500, why: 'retry', now };
      };
      await withWorkflows({ ensureContact }, async (start) => {
        await (await start('deliver', 'x')).result();
      });
      const took = performance.now() - began;
      expect(took).toBeGreaterThan(2_000);
      expect(took).toBeLessThan(12_000);
    },
    30_000,
  );

  test('a message that waits for others asks less and less often', async () => {
    let asked = 0;
    const ensureContact = async (): Promise<SendTurn> => {
      asked += 1;
      const now = Date.now();
      return { state: 'not_before', at: now + 50, why: 'in_work', now };
    };
    await withWorkflows({ ensureContact }, async (start) => {
      const workflow = await start('deliver', 'x');
      await wait(9_000);
      await workflow.terminate();
    });
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(6);
  }, 30_000);

  test('an update that ends the campaign is answered', async () => {
    let cancelled = false;
    const activities = {
      next: async (): Promise<Turn> => ({ step: { kind: 'run', slices: 1 }, counts }),
      async slice(): Promise<Turn> {
        while (!cancelled) await wait(20);
        return CANCELLED;
      },
      async control(): Promise<Turn> {
        cancelled = true;
        await wait(1_500);
        return CANCELLED;
      },
    };
    await withWorkflows(activities, async (start) => {
      const workflow = await start('runCampaign', { campaign: 'c' });
      const said = await workflow.executeUpdate('control', { args: [{ action: 'cancel' }] });
      expect(said).toMatchObject({ doing: 'end' });
      expect(await workflow.result()).toBe('cancelled');
    });
  }, 30_000);

  test('a nudge during the question holds up the messages that the answer names', async () => {
    let asked = 0;
    const delivered: string[] = [];
    const activities = {
      async next(): Promise<Turn> {
        asked += 1;
        if (asked > 1) return ENDED;
        await wait(1_500);
        return { step: { kind: 'deliver', sends: ['x'] }, counts };
      },
      async ensureContact(send: string): Promise<SendTurn> {
        delivered.push(send);
        return { state: 'halted', why: 'paused' };
      },
    };
    await withWorkflows(activities, async (start) => {
      const workflow = await start('runCampaign', { campaign: 'c' });
      while (asked === 0) await wait(20);
      await workflow.signal('nudge');
      await workflow.result();
    });
    expect(delivered).toEqual([]);
  }, 30_000);

  /** A message whose request takes as long as the test says. */
  function slowMessage() {
    const log: string[] = [];
    const request = { end: (): void => undefined };
    const ended = new Promise<void>((resolve) => {
      request.end = resolve;
    });
    const activities = {
      ensureContact: async (): Promise<SendTurn> => ({ state: 'ready' }),
      ensureConversation: async (): Promise<SendTurn> => ({ state: 'ready' }),
      async sendMessage(): Promise<SendTurn> {
        log.push('begun');
        await ended;
        log.push('sent');
        return { state: 'sent', reason: null };
      },
      async cancelSend(send: string): Promise<SendTurn> {
        log.push(`cancel ${send}`);
        return { state: 'open' };
      },
      async settle(): Promise<SendTurn> {
        await ended;
        return { state: 'sent', reason: null };
      },
    };
    const begun = async (): Promise<void> => {
      while (!log.includes('begun')) await wait(20);
    };
    return { log, request, activities, begun };
  }

  test('the ledger hears at once that a message is cancelled, and its request is seen to its end', async () => {
    const { log, request, activities, begun } = slowMessage();
    await withWorkflows(activities, async (start) => {
      const workflow = await start('deliver', 'x');
      await begun();
      const began = performance.now();
      await workflow.cancel();
      while (log.length < 2) await wait(20);
      // Not when the request has ended, nor when nobody hears of it any more.
      expect(performance.now() - began).toBeLessThan(5_000);
      request.end();
      expect(await workflow.result()).toEqual({ state: 'sent', reason: null });
    });
    expect(log).toEqual(['begun', 'cancel x', 'sent']);
  }, 30_000);

  test('and that a campaign is whose messages have a workflow each, without waiting for these', async () => {
    const { log, request, activities, begun } = slowMessage();
    let cancelled = false;
    const campaign = {
      next: async (): Promise<Turn> =>
        cancelled ? CANCELLED : { step: { kind: 'deliver', sends: ['x'] }, counts },
      async control(): Promise<Turn> {
        cancelled = true;
        log.push('campaign');
        return CANCELLED;
      },
    };
    await withWorkflows({ ...activities, ...campaign }, async (start) => {
      const workflow = await start('runCampaign', { campaign: 'c' });
      await begun();
      await workflow.cancel();
      while (!log.includes('campaign')) await wait(20);
      expect(log).not.toContain('sent');
      request.end();
      expect(await workflow.result()).toBe('cancelled');
      while (!log.includes('sent')) await wait(20);
    });
  }, 30_000);

  test('an occurrence answers whoever asks while its list is taken, and is nudged afterwards', async () => {
    let open = false;
    let asked = 0;
    const activities = {
      async openOccurrence() {
        while (!open) await wait(20);
        return { campaign: 'c', name: 'spring' };
      },
      async next(): Promise<Turn> {
        asked += 1;
        if (asked > 1) return ENDED;
        return { step: { kind: 'wait', untilMs: Date.now() + HOUR_MS, why: 'test' }, counts };
      },
    };
    await withWorkflows(activities, async (start) => {
      const workflow = await start('runScheduled', { schedule: 's', at: 0 });
      expect(await workflow.query('status')).toMatchObject({ why: 'its list is being taken' });
      const update = workflow.executeUpdate('control', { args: [{ action: 'pause' }] });
      await expect(update).rejects.toMatchObject({
        cause: { message: expect.stringContaining('not open yet') },
      });
      open = true;
      while (asked === 0) await wait(20);
      await workflow.signal('nudge');
      expect(await workflow.result()).toBe('finished');
    });
  }, 30_000);

  test('an occurrence that is cancelled while its list is taken leaves no campaign behind', async () => {
    const told: string[] = [];
    let opening = false;
    const activities = {
      async openOccurrence() {
        opening = true;
        await wait(2_000);
        return { campaign: 'c', name: 'spring' };
      },
      next: async (): Promise<Turn> => (told.length > 0 ? CANCELLED : ENDED),
      async control({ campaign, action }: { campaign: string; action: string }): Promise<Turn> {
        told.push(`${action} ${campaign}`);
        return CANCELLED;
      },
    };
    await withWorkflows(activities, async (start) => {
      const workflow = await start('runScheduled', { schedule: 's', at: 0 });
      while (!opening) await wait(20);
      await workflow.cancel();
      await workflow.result().catch(() => undefined);
    });
    expect(told).toEqual(['cancel c']);
  }, 30_000);
});
