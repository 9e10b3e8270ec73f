import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../../chaos/events';
import { createActivities } from '../../../../worker/engine/temporal/activities';
import { workflowIdOf } from '../../../../worker/engine/temporal/tell';
import { control, needCampaign } from '../../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../../worker/sandbox';
import type { Turn } from '../../../../workflows/ports';
import { campaignOf, connectSandbox, people, toRun } from '../../../support/campaign';
import { type TestLedger, testLedger } from '../../../support/ledger';
import { onTemporal, temporalAddress, uniqueQueue } from '../../../support/temporal';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const BUNDLE = 'worker/dist/workflow-bundle.js';
const TEN_MINUTES = 600_000;
/** What a campaign may cost while it waits. */
const MOST_EVENTS = 6;
/** Every wait that the plan asks for is so many times shorter here. */
const FASTER = 1_200;

onTemporal('a campaign that waits', () => {
  let place: TestLedger;
  let sandbox: Sandbox;
  let connection: Connection;
  let native: NativeConnection;

  beforeEach(async () => {
    place = await testLedger();
    sandbox = await startSandbox();
    const address = temporalAddress();
    connection = await Connection.connect({ address });
    native = await NativeConnection.connect({ address });
  });
  afterEach(async () => {
    await native.close();
    await connection.close();
    await sandbox.close();
    await place.close();
  });

  /**
   * Runs the real workflow and the real activities in this process, whose answers alone are changed: a wait becomes FASTER times shorter.
   * Resolves after `rounds` waits with what they cost, and how long they would have been.
   */
  async function waits(spec: object, rounds: number): Promise<{ events: number; ms: number }> {
    const { ledger } = place;
    const inbox = await connectSandbox(ledger, sandbox);
    const campaign = await campaignOf(ledger, inbox, people(3), { spec, engine: 'temporal' });
    const asked: number[] = [];
    const open = () => toRun(ledger, campaign, inbox);
    const activities = createActivities({ ledger, open, stopping: () => false });
    const shorter =
      <A extends unknown[]>(activity: (...args: A) => Promise<Turn>) =>
      async (...args: A): Promise<Turn> => {
        const turn = await activity(...args);
        if (turn.step.kind !== 'wait') return turn;
        const ms = turn.step.untilMs - Date.now();
        asked.push(ms);
        return { ...turn, step: { ...turn.step, untilMs: Date.now() + ms / FASTER } };
      };
    const taskQueue = uniqueQueue();
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: BUNDLE },
      activities: {
        ...activities,
        next: shorter(activities.next),
        slice: shorter(activities.slice),
      },
    });
    const client = new Client({ connection });
    const { ref } = await needCampaign(ledger.db, campaign.name);
    return worker.runUntil(async () => {
      const handle = await client.workflow.start('runCampaign', {
        workflowId: workflowIdOf(ref),
        taskQueue,
        args: [{ campaign: ref }],
      });
      while (asked.length < rounds + 1) await new Promise((resolve) => setTimeout(resolve, 20));
      const { events } = JSON.parse(historyToJSON(await handle.fetchHistory())) as {
        events: HistoryEvent[];
      };
      await control(ledger, campaign.name, { action: 'cancel' }, ledger.now());
      await handle.signal('nudge');
      expect(await handle.result()).toBe('cancelled');
      // From the first timer on to the one that is waited for now: whole rounds only.
      const timers = events.flatMap(({ eventType }, i) =>
        eventType === 'EVENT_TYPE_TIMER_STARTED' ? [i] : [],
      );
      const last = timers.at(-1) ?? 0;
      const whole = asked.slice(0, timers.length - 1);
      expect(whole.length).toBeGreaterThanOrEqual(rounds - 1);
      return { events: last - (timers[0] ?? 0), ms: whole.reduce((sum, ms) => sum + ms, 0) };
    });
  }

  test('for the end of its quiet hours takes few events', async () => {
    const hour = new Date().getUTCHours();
    const clock = (h: number): string => `${String((h + 24) % 24).padStart(2, '0')}:00`;
    const quietHours = { from: clock(hour - 1), to: clock(hour + 8), zone: 'UTC' };
    const { events, ms } = await waits({ quietHours }, 4);
    expect(ms).toBeGreaterThan(4 * TEN_MINUTES);
    expect((events / ms) * TEN_MINUTES).toBeLessThanOrEqual(MOST_EVENTS);
    expect(sandbox.summary().accepted).toBe(0);
  }, 60_000);
});
