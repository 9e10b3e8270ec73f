import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIfAsked } from '../../../worker/engine/ask-plan';
import { onBothLedgers, type TestLedger } from '../../support/ledger';
import { listOf } from '../cli/fixture';
import { type ApiPlace, asked, inChunks, openApi, untilState } from './campaign-fixture';

/** Who says that a campaign starts, and what does not start one. */
onBothLedgers('a start over HTTP', (open) => {
  let opened: TestLedger;
  let place: ApiPlace;
  beforeEach(async () => {
    opened = await open();
    place = await openApi(opened);
  });
  afterEach(async () => {
    await place.close();
    await opened.close();
  });

  const RECIPIENTS = { key: '1', recipients: [{ phone: '+12025550110', name: 'Ada' }] };
  const create = (more: object) => place.ask('/campaigns', { json: asked({ ...more }) });
  const act = (action: string) => place.ask(`/campaigns/spring/${action}`, { method: 'POST' });
  const give = () => place.ask('/campaigns/spring/recipients', { json: RECIPIENTS });
  const actions = async () => {
    const { body } = await place.ask('/audit?campaign=spring');
    return (body['items'] as { action: string }[]).map(({ action }) => action);
  };

  describe('the last who asked for a campaign says whether it starts when all are in', () => {
    it.each([
      { first: true, then: false, state: 'ready' },
      { first: false, then: true, state: 'running' },
    ] as const)('in chunks: $first, then $then', async ({ first, then, state }) => {
      await create({ audience: inChunks, start: first });
      await give();
      expect((await create({ audience: inChunks, start: then })).status).toBe(200);
      expect((await act('seal')).body).toMatchObject({ state });
      expect(await actions()).toEqual(expect.arrayContaining(['seal']));
    });

    it('as one list: neither is one sent that is only to be created', async () => {
      await create({ start: true });
      expect((await create({ start: false })).status).toBe(200);
      place.work();
      await place.put('spring', listOf(3));
      await untilState(place, 'spring', 'ready');
      // Whoever asks for it now starts it by its own action: it is complete.
      expect((await create({ start: true })).body).toMatchObject({ state: 'ready' });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await place.status('spring')).toMatchObject({ state: 'ready' });
      expect(place.sandbox.summary()).toMatchObject({ accepted: 0 });
    });

    it('also where a process died between the last recipient and the start', async () => {
      await create({ audience: inChunks });
      await give();
      await act('seal');
      const asked = { autostart: 1 };
      await opened.ledger.db.updateTable('campaigns').set(asked).execute();
      await create({ audience: inChunks });
      await startIfAsked(opened.ledger, 'spring', opened.ledger.now());
      expect(await place.status('spring')).toMatchObject({ state: 'ready' });
    });
  });

  describe('of a campaign that a person paused', () => {
    beforeEach(async () => {
      await create({ audience: inChunks });
      await give();
      await act('seal');
    });

    it.each([['before it began'], ['while it was sent']])('is refused: %s', async (when) => {
      if (when === 'while it was sent') await act('start');
      await act('pause');
      const start = await act('start');
      expect(start.body).toMatchObject({ status: 409, code: 'conflict' });
      expect(start.body['detail']).toMatch(/"spring" is paused: resume it/);
      expect(await place.status('spring')).toMatchObject({ state: 'paused' });
      expect((await act('resume')).body).toMatchObject({ state: 'running' });
    });

    it('is not done by the seal that comes again either', async () => {
      await opened.ledger.db.updateTable('campaigns').set({ autostart: 1 }).execute();
      await act('pause');
      expect((await act('seal')).body).toMatchObject({ state: 'paused' });
    });

    it('one that runs or has ended is answered as it stands', async () => {
      expect((await act('start')).body).toMatchObject({ state: 'running' });
      expect(await act('start')).toMatchObject({ status: 200, body: { state: 'running' } });
      place.work();
      await untilState(place, 'spring', 'finished');
      const again = await act('start');
      expect(again.status).toBe(409);
      expect(again.body['detail']).toMatch(/is finished/);
    });
  });
});
