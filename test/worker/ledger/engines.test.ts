import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  campaignOfRef,
  campaignsToDrive,
  chooseEngine,
  control,
  createCampaign,
  delivered,
  end,
  needCampaign,
  seal,
  takeDriver,
  takeOutbox,
  takeWorkflowSeat,
  workflowsToDrive,
} from '../../../worker/ledger';
import { onBothLedgers, type TestLedger } from '../../support/ledger';

onBothLedgers('engines of a campaign', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  async function made(
    name: string,
    engine: 'embedded' | 'temporal',
    kind: 'list' | 'single' = 'list',
  ) {
    const { ledger } = place;
    const made = { name, kind, account: 'a', spec: '{}', inbox: '{}', engine, autostart: true };
    return createCampaign(ledger, made, 1_000);
  }

  test('a campaign has a name for histories that says nothing of it, and is found by it', async () => {
    const campaign = await made('spring', 'temporal');
    expect(campaign.ref).toMatch(/^[0-9a-f]{16}$/);
    expect(campaign.uid).not.toContain(campaign.ref);
    expect((await campaignOfRef(place.ledger.db, campaign.ref)).name).toBe('spring');
    await expect(campaignOfRef(place.ledger.db, 'nobody')).rejects.toThrow('no campaign nobody');
  });

  test('each change of a campaign on Temporal is to be told, and none of an embedded one', async () => {
    const { ledger } = place;
    for (const engine of ['embedded', 'temporal'] as const) {
      const campaign = await made(engine, engine);
      await seal(ledger, campaign, 1_000);
      await control(ledger, engine, { action: 'start' }, 1_000);
      await control(ledger, engine, { action: 'pause' }, 1_001);
    }
    const told = await takeOutbox(ledger, 10, 2_000);
    expect(told.map(({ name, state, seq }) => ({ name, state, seq }))).toEqual([
      { name: 'temporal', state: 'paused', seq: null },
      { name: 'temporal', state: 'paused', seq: null },
    ]);
  });

  test('what is taken and not delivered comes again; what is delivered does not', async () => {
    const { ledger } = place;
    const campaign = await made('spring', 'temporal');
    await seal(ledger, campaign, 1_000);
    await control(ledger, 'spring', { action: 'start' }, 1_000);
    const [first] = await takeOutbox(ledger, 10, 2_000);
    expect(first?.tries).toBe(0);
    expect(await takeOutbox(ledger, 10, 2_001)).toEqual([]);
    const [again] = await takeOutbox(ledger, 10, 12_001);
    expect(again).toMatchObject({ id: first?.id, tries: 1 });
    await delivered(ledger, again?.id ?? 0);
    expect(await takeOutbox(ledger, 10, 99_000)).toEqual([]);
  });

  test('a single message is told of as a message', async () => {
    const { ledger } = place;
    const campaign = await made('send-1', 'temporal', 'single');
    await seal(ledger, campaign, 1_000);
    await control(ledger, 'send-1', { action: 'start' }, 1_000);
    expect(await takeOutbox(ledger, 10, 2_000)).toMatchObject([{ name: 'send-1', seq: 0 }]);
  });

  test('no process drives what a workflow drives; until then whoever made it may read its list', async () => {
    const { ledger } = place;
    const { id, ref } = await made('spring', 'temporal');
    expect((await campaignsToDrive(ledger.db)).map(({ name }) => name)).toEqual([]);
    expect(await workflowsToDrive(ledger.db, 0, 10)).toMatchObject([{ ref }]);
    const seat = await takeDriver(ledger, id, 'me', 1_000);
    expect('taken' in seat).toBe(true);
    expect(await takeWorkflowSeat(ledger, ref, 'w1', 1_500)).toMatchObject({ kind: 'held' });
    if ('taken' in seat) await end(ledger, seat.taken.id);
    expect(await takeWorkflowSeat(ledger, ref, 'w1', 1_500)).toMatchObject({ kind: 'taken' });
    expect(await takeDriver(ledger, id, 'me', 9e9)).toMatchObject({
      held: { holder: 'Temporal (workflow w1)' },
    });
  });

  test('of the many that workflows drive, each look takes some, and the next one goes on behind', async () => {
    const { db } = place.ledger;
    const ids: number[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await made(name, 'temporal')).id);
    const [a, b, c] = ids;
    const from = async (after: number) =>
      (await workflowsToDrive(db, after, 2)).map(({ id }) => id);
    expect(await from(0)).toEqual([a, b]);
    expect(await from(b ?? 0)).toEqual([c, a]);
  });

  test('the first workflow has the seat, and keeps it', async () => {
    const { ledger } = place;
    const { ref } = await made('spring', 'temporal');
    const [a, b] = await Promise.all([
      takeWorkflowSeat(ledger, ref, 'w1', 1_000),
      takeWorkflowSeat(ledger, ref, 'w2', 1_000),
    ]);
    expect([a.kind, b.kind].toSorted()).toEqual(['moved', 'taken']);
    const mine = a.kind === 'taken' ? 'w1' : 'w2';
    expect((await takeWorkflowSeat(ledger, ref, mine, 9e9)).kind).toBe('taken');
  });

  test('a campaign changes engines only while it does not run and nobody drives it', async () => {
    const { ledger } = place;
    const campaign = await made('spring', 'embedded');
    await seal(ledger, campaign, 1_000);
    await control(ledger, 'spring', { action: 'start' }, 1_000);
    await expect(chooseEngine(ledger, 'spring', 'temporal', 1_000)).rejects.toThrow(
      'Pause it first',
    );
    const seat = await takeDriver(ledger, campaign.id, 'process 7 on here', 1_000);
    await control(ledger, 'spring', { action: 'pause' }, 1_000);
    await expect(chooseEngine(ledger, 'spring', 'temporal', 2_000)).rejects.toThrow(
      'being driven by process 7 on here',
    );
    if ('taken' in seat) await end(ledger, seat.taken.id);
    expect(await chooseEngine(ledger, 'spring', 'temporal', 2_000)).toBe(true);
    expect(await chooseEngine(ledger, 'spring', 'temporal', 2_000)).toBe(false);
    expect((await takeWorkflowSeat(ledger, campaign.ref, 'w1', 3_000)).kind).toBe('taken');
    expect(await chooseEngine(ledger, 'spring', 'embedded', 4_000)).toBe(true);
    expect((await takeWorkflowSeat(ledger, campaign.ref, 'w1', 5_000)).kind).toBe('moved');
    expect(await takeOutbox(ledger, 10, 5_000)).toMatchObject([
      { former: null },
      // It is told that it is no longer the driver, and none is begun.
      { former: 'w1' },
    ]);
    await control(ledger, 'spring', { action: 'cancel' }, 6_000);
    await expect(chooseEngine(ledger, 'spring', 'temporal', 7_000)).rejects.toThrow('is cancelled');
    expect((await needCampaign(ledger.db, 'spring')).workflow_id).toBeNull();
  });
});
