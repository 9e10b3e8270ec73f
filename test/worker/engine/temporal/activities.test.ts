import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Policy } from '../../../../worker/campaign/run';
import { createActivities } from '../../../../worker/engine/temporal/activities';
import {
  type Campaign,
  chooseEngine,
  control,
  createCampaign,
  type Ledger,
  needCampaign,
  stopAccount,
} from '../../../../worker/ledger';
import type { Turn } from '../../../../workflows/ports';
import { counted, onBothLedgers, running, sliceOf, type TestLedger } from '../../../support/ledger';
import { runningByMessage } from '../../../support/one-send';
import {
  lostAnswer,
  obligingProvider,
  type ScriptedProvider,
} from '../../../support/scripted-provider';
import { scriptedRun } from '../../../support/scripted-run';

onBothLedgers('what a campaign workflow asks for', (open) => {
  let place: TestLedger;
  let ledger: Ledger;
  let scripted: ScriptedProvider;
  let slices: number;
  let stopping: boolean;

  beforeEach(async () => {
    place = await open();
    slices = 0;
    stopping = false;
    ledger = {
      ...place.ledger,
      stillHere() {
        slices += 1;
        return place.ledger.stillHere();
      },
    };
    scripted = obligingProvider();
  });
  afterEach(() => place.close());

  /** The activities of one process, asked by a workflow of this id. */
  function asked(
    workflowId: string,
    policy: Partial<Policy> = {},
    hear?: (campaign: Campaign) => Promise<void>,
  ) {
    const { provider } = scripted;
    const activities = createActivities({
      ledger,
      open: (campaign) =>
        Promise.resolve(
          scriptedRun({
            ledger,
            campaign,
            provider,
            clock: ledger.now,
            policy: { leaseMs: 2_000, ...policy },
          }),
        ),
      stopping: () => stopping,
      ...(hear === undefined ? {} : { hear }),
    });
    const environment = new MockActivityEnvironment(
      { workflowExecution: { workflowId, runId: 'run' } },
      { logger: new DefaultLogger('ERROR') },
    );
    const by =
      <A>(activity: (input: A) => Promise<Turn>) =>
      (input: A): Promise<Turn> =>
        environment.run(activity, input);
    return {
      next: by(activities.next),
      importList: by(activities.importList),
      slice: by(activities.slice),
      control: by(activities.control),
      send: (id: string) => environment.run(activities.sendMessage, id),
    };
  }

  const onTemporal = async (name: string, more: Partial<Campaign> = {}): Promise<Campaign> => {
    await ledger.db
      .updateTable('campaigns')
      .set({ engine: 'temporal', ...more })
      .where('name', '=', name)
      .execute();
    return needCampaign(ledger.db, name);
  };

  test('a canary that goes message by message is of so many messages, and then waits for a person', async () => {
    await runningByMessage(ledger, 'spring', 9, ledger.now());
    const { ref: campaign } = await onTemporal('spring', { canary: 2 });
    const { next, send } = asked('one');
    const { step } = await next({ campaign });
    if (step.kind !== 'deliver') throw new Error(step.kind);
    expect(step.sends).toHaveLength(2);
    for (const id of step.sends) await send(id);
    expect((await next({ campaign })).step.kind).toBe('paused');
    expect(await counted(ledger, (await needCampaign(ledger.db, 'spring')).id)).toEqual({
      sent: 2,
      pending: 7,
    });
  });

  test.each(['slice', 'message'] as const)(
    'what people answered is asked for before the first message of a campaign by %s',
    async (orchestrate) => {
      const make = orchestrate === 'slice' ? running : runningByMessage;
      await make(ledger, 'spring', 3, ledger.now());
      const { id, ref: campaign } = await onTemporal('spring');
      const before: number[] = [];
      const hear = async ({ name }: Campaign): Promise<void> => {
        expect(name).toBe('spring');
        before.push((await counted(ledger, id))['pending'] ?? 0);
      };
      const { next, slice, send } = asked('one', {}, hear);
      const { step } = await next({ campaign });
      if (step.kind === 'deliver') await send(step.sends[0] ?? '');
      else await slice({ campaign });
      expect(before[0]).toBe(3);
      const sent = (await counted(ledger, id))['sent'];
      expect(sent).toBe(orchestrate === 'slice' ? 3 : 1);
    },
  );

  test('a canary is one slice, however many the campaign may have, and those at it are waited for', async () => {
    await running(ledger, 'spring', 9, ledger.now());
    const { id, ref: campaign } = await onTemporal('spring', { canary: 3 });
    const { next, slice } = asked('one', { parallel: 4 });
    expect((await next({ campaign })).step).toEqual({ kind: 'run', slices: 1 });
    const [first] = await Promise.all([
      slice({ campaign }),
      slice({ campaign }),
      slice({ campaign }),
    ]);
    expect(first).toBeDefined();
    expect((await next({ campaign })).step.kind).toBe('paused');
    expect(await counted(ledger, id)).toEqual({ sent: 3, pending: 6 });
  });

  test('what a canary left open is settled while it is paused', async () => {
    await running(ledger, 'spring', 5, ledger.now());
    const { id, ref: campaign } = await onTemporal('spring', { canary: 1 });
    scripted.sends.always(() => Promise.reject(lostAnswer()));
    const { slice } = asked('one', { settleDelayMs: 0 });
    await slice({ campaign });
    expect((await needCampaign(ledger.db, 'spring')).state).toBe('paused');
    expect(await counted(ledger, id)).toEqual({ sending: 1, pending: 4 });
    await ledger.db.updateTable('attempts').set({ look_at: 1 }).execute();
    scripted.looks.always(() => ({
      kind: 'found',
      receipts: [{ messageId: 'm', conversationId: 'c' }],
    }));
    await slice({ campaign });
    expect(await counted(ledger, id)).toEqual({ sent: 1, pending: 4 });
  });

  test('a look-up that is due while others have every slice is not asked for thousands of times', async () => {
    await running(ledger, 'spring', 2, ledger.now());
    const { id, ref: campaign } = await onTemporal('spring');
    scripted.sends.always(() => Promise.reject(lostAnswer()));
    const { slice } = asked('one', { parallel: 1 });
    stopping = false;
    const first = slice({ campaign });
    while ((await counted(ledger, id))['sending'] !== 2) await wait(20);
    stopping = true;
    await first;
    await sliceOf(ledger, id, ledger.now(), 60_000);
    await ledger.db.updateTable('attempts').set({ look_at: 1 }).execute();
    stopping = false;
    slices = 0;
    const second = slice({ campaign });
    await wait(2_000);
    stopping = true;
    await second;
    expect(slices).toBeGreaterThan(1);
    expect(slices).toBeLessThan(10);
  });

  test('a paused campaign looks nothing up while its account stays away from the platform', async () => {
    await running(ledger, 'spring', 1, ledger.now());
    const { id, ref: campaign } = await onTemporal('spring');
    scripted.sends.always(() => Promise.reject(lostAnswer()));
    const { slice, next } = asked('one');
    const first = slice({ campaign });
    while ((await counted(ledger, id))['sending'] !== 1) await wait(20);
    await control(ledger, 'spring', { action: 'pause' }, ledger.now());
    stopping = true;
    await first;
    stopping = false;
    await ledger.db.updateTable('attempts').set({ look_at: 1 }).execute();
    const until = ledger.now() + 600_000;
    await stopAccount(ledger, 'desk', { until, why: 'test', now: ledger.now() });
    expect((await next({ campaign })).step).toMatchObject({ kind: 'wait', untilMs: until });
  });

  test('a list that was read to its end by somebody who died before saying so is not asked for again', async () => {
    await running(ledger, 'spring', 3, ledger.now());
    const { ref: campaign } = await onTemporal('spring', { state: 'ready', autostart: 1 });
    expect((await asked('one').importList({ campaign })).step.kind).toBe('run');
    expect((await needCampaign(ledger.db, 'spring')).state).toBe('running');
  });

  test('a campaign that is cancelled while its list is to be read ends', async () => {
    const made = {
      name: 'spring',
      kind: 'list',
      account: 'desk',
      spec: '{}',
      inbox: '{}',
    } as const;
    await createCampaign(ledger, { ...made, engine: 'temporal' }, ledger.now());
    const { ref: campaign } = await onTemporal('spring');
    const { next, importList } = asked('one');
    expect((await next({ campaign })).step.kind).toBe('import');
    await control(ledger, 'spring', { action: 'cancel' }, ledger.now());
    expect((await importList({ campaign })).step).toEqual({ kind: 'end', outcome: 'cancelled' });
  });

  test('a campaign that the ledger does not know is known to no other try either', async () => {
    const { next, control: change } = asked('one');
    const campaign = '0123456789abcdef';
    for (const ask of [next({ campaign }), change({ campaign, action: 'cancel' as const })]) {
      const refused = await ask.catch((error: unknown) => error);
      expect(refused).toMatchObject({ type: 'NO_SUCH_CAMPAIGN', nonRetryable: true });
    }
  });

  test('a workflow that has lost its campaign cannot pause or cancel it any more', async () => {
    await running(ledger, 'spring', 3, ledger.now());
    const { ref: campaign } = await onTemporal('spring');
    const former = asked('former');
    expect((await former.next({ campaign })).step.kind).toBe('run');
    await control(ledger, 'spring', { action: 'pause' }, ledger.now());
    await chooseEngine(ledger, 'spring', 'embedded', ledger.now());
    await control(ledger, 'spring', { action: 'resume' }, ledger.now());
    for (const action of ['cancel', 'pause'] as const) {
      const refused = await former.control({ campaign, action }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ApplicationFailure);
      expect(refused).toMatchObject({ type: 'MOVED', nonRetryable: true });
    }
    expect((await needCampaign(ledger.db, 'spring')).state).toBe('running');
  });

  test('a slice that stays leaves a campaign that went to another engine meanwhile', async () => {
    await running(ledger, 'spring', 3, ledger.now());
    const { id, ref: campaign } = await onTemporal('spring');
    scripted.sends.always(() => Promise.reject(lostAnswer()));
    const { slice } = asked('one');
    const staying = slice({ campaign });
    while ((await counted(ledger, id))['sending'] !== 3) await wait(20);
    await control(ledger, 'spring', { action: 'pause' }, ledger.now());
    await chooseEngine(ledger, 'spring', 'embedded', ledger.now());
    await control(ledger, 'spring', { action: 'resume' }, ledger.now());
    expect((await staying).step).toEqual({ kind: 'end', outcome: 'moved' });
  });

  test('every answer says when it was given, by the clock of its moments', async () => {
    await running(ledger, 'spring', 1, ledger.now());
    const { ref: campaign } = await onTemporal('spring');
    ledger = { ...ledger, now: () => 5_000_000 };
    expect(await asked('one').next({ campaign })).toMatchObject({ at: 5_000_000 });
    expect(await asked('other').next({ campaign })).toMatchObject({
      step: { kind: 'end', outcome: 'moved' },
      at: 5_000_000,
    });
  });
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
