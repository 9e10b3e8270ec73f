import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importRecipients, needCampaign } from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { fictional } from '../cli/fixture';
import { type ApiPlace, asked, inChunks, openApi, untilState } from './campaign-fixture';

onBothLedgers('a campaign in chunks', (open) => {
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

  const create = (more = {}) =>
    place.ask('/campaigns', { json: asked({ audience: inChunks, start: true, ...more }) });
  const people = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ phone: fictional(from + i), name: `P${from + i}` }));
  const add = (key: string, recipients: unknown, name = 'spring') =>
    place.ask(`/campaigns/${name}/recipients`, { json: { key, recipients } });
  const seal = (name = 'spring') => place.ask(`/campaigns/${name}/seal`, { method: 'POST' });

  it('comes in any order, each once, and ends only when it is sealed', async () => {
    place.work();
    expect((await create()).body).toMatchObject({ intake: 'chunks', sealed: false });
    const second = await add('b', people(10, 10));
    expect(second.body).toEqual({ key: 'b', first: 1, rows: 10, accepted: 10, skipped: [] });
    expect((await add('a', people(0, 10))).body).toMatchObject({ first: 11 });
    const again = await add('b', people(10, 10));
    expect(again.body).toEqual(second.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    await wait(1_500);
    expect(await place.status('spring')).toMatchObject({
      state: 'importing',
      imported: 20,
      counts: { pending: 20, sent: 0 },
      waitingFor: { why: 'its recipients are being added' },
    });
    expect((await seal()).body).toMatchObject({ state: 'running', sealed: true });
    const done = await untilState(place, 'spring', 'finished');
    expect(done.counts).toMatchObject({ sent: 20, total: 20, double: 0 });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 20, doubles: 0 });
    expect((await seal()).status).toBe(200);
    expect((await add('b', people(10, 10))).body).toEqual(second.body);
    expect((await add('c', people(30, 1))).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await add('b', people(30, 1))).body).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('is judged like the rows of a list, and named by their place', async () => {
    await create();
    await add('a', people(0, 3));
    const mixed = [
      { phone: phone(5), name: 'Ada' },
      { phone: fictional(1), name: 'Again' },
      { phone: 'nobody', name: 'X' },
      { phone: null, name: 'Y' },
      { phone: phone(6) },
      { Phone: 2025550107, name: 'Number' },
    ];
    const taken = await add('b', mixed);
    expect(taken.body).toEqual({
      key: 'b',
      first: 4,
      rows: 6,
      accepted: 2,
      skipped: [
        { reason: 'duplicate', count: 1, rows: [5] },
        { reason: 'invalid_address', count: 1, rows: [6] },
        { reason: 'missing_variable', count: 1, rows: [8] },
        { reason: 'no_address', count: 1, rows: [7] },
      ],
    });
    expect((await add('b', mixed)).body).toEqual(taken.body);
    const { body } = await place.ask('/campaigns/spring/results?state=skipped&reason=duplicate');
    expect(body['items']).toMatchObject([{ row: 5, detail: 'the same address as row 2' }]);
  });

  it('is refused as a whole where a key is no column, and says which recipients', async () => {
    await create();
    const odd = [{ phone: phone(1) }, { fone: phone(2) }, { phone: phone(3), '+12025550109': 'x' }];
    const refused = await add('a', odd);
    expect(refused.status).toBe(422);
    expect(refused.body['detail']).toMatch(
      /"fone" is not among audience\.recipientColumns \(recipient 2 .*Did you mean "phone"\?/,
    );
    expect(refused.body['detail']).toMatch(/A key is not among .*recipient 3/);
    expect(refused.body['detail']).not.toContain('2025550109');
    expect(await place.status('spring')).toMatchObject({ imported: 0 });
    // Nothing came of it, so the key is still free.
    expect((await add('a', people(0, 2))).body).toMatchObject({ first: 1, accepted: 2 });
  });

  it('may be lines of JSON, with the key beside them', async () => {
    await create();
    const lines = people(0, 3).map((it) => JSON.stringify(it));
    const send = (body: string, headers: Record<string, string> = { 'chunk-key': 'a' }) =>
      fetch(`${place.url}/campaigns/spring/recipients`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-ndjson', ...headers },
      });
    const taken = await send(`${lines.join('\n')}\n`);
    expect(await taken.json()).toMatchObject({ key: 'a', rows: 3, accepted: 3 });
    expect((await send(lines.join('\n'), {})).status).toBe(422);
    const broken = await send(`${lines[0]}\n{"phone":\n`, { 'chunk-key': 'b' });
    expect(await broken.json()).toMatchObject({ detail: 'Line 2 is not a JSON object.' });
    for (const value of ['x'.repeat(100_001), { phone: phone(1) }, [phone(1)]]) {
      const wrong = await send(`${lines[0]}\n${JSON.stringify({ phone: value })}`, {
        'chunk-key': 'd',
      });
      const { detail } = (await wrong.json()) as { detail: string };
      expect(detail).toMatch(/^Line 2 holds what is no value/);
      expect(detail).not.toContain('2025550');
    }
    expect(await place.status('spring')).toMatchObject({ imported: 3 });
    const two = Array.from({ length: 5_001 }, () => lines[0]).join('\n');
    expect((await send(two, { 'chunk-key': 'c' })).status).toBe(422);
  });

  it('of another list is refused under the same key, before and after the seal', async () => {
    await create();
    const of = (list: string, key = 'a') =>
      place.ask('/campaigns/spring/recipients', { json: { key, list, recipients: people(0, 2) } });
    const first = await of('march');
    expect(first.body).toMatchObject({ accepted: 2 });
    expect((await of('april')).body).toMatchObject({ status: 409, code: 'conflict' });
    await seal();
    expect((await of('april')).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await of('march')).body).toEqual(first.body);
    const two = await place.ask('/campaigns/spring/recipients', {
      json: { key: 'a', list: 'march', recipients: people(0, 2) },
      headers: { 'chunk-list': 'april' },
    });
    expect(two.body).toMatchObject({ status: 422 });
  });

  it('is not sealed with nobody to write to, nor where its audience is a list', async () => {
    await create();
    expect((await seal()).body).toMatchObject({ status: 422, detail: 'There is nobody in it.' });
    await add('a', [{ phone: 'nobody', name: 'A' }]);
    expect((await seal()).body['detail']).toMatch(/Nobody of the 1 row can be written to/);
    expect(await place.status('spring')).toMatchObject({ state: 'importing' });
    await place.ask('/campaigns', { json: asked({ name: 'listed' }) });
    expect((await seal('listed')).status).toBe(409);
    expect((await add('a', people(0, 1), 'listed')).status).toBe(409);
    expect((await place.put('spring', 'phone\n')).status).toBe(409);
  });

  it.each([
    ['no columns', { audience: { intake: 'chunks' } }, /recipientColumns goes with intake: chunks/],
    [
      'columns that do not fit',
      { audience: { intake: 'chunks', recipientColumns: ['mail'] } },
      /phone/,
    ],
    [
      'a variable that is no column',
      { audience: { intake: 'chunks', recipientColumns: ['phone', 'nome'] } },
      /\{\{ name \}\} is not a column.*Did you mean \{\{ nome \}\}/s,
    ],
    [
      'evidence that is no column',
      { audience: inChunks, consent: { method: 'form', column: 'opted' } },
      /consent\.column.*no column "opted"/s,
    ],
  ])('is refused at once with %s', async (_, more, words) => {
    const answer = await place.ask('/campaigns', { json: asked(more) });
    expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringMatching(words) } });
  });

  it('takes text that a database cannot keep as it is', async () => {
    await create();
    const odd = [
      { phone: phone(1), name: 'A\u0000da' },
      { phone: phone(2), name: 'half \ud83d' },
    ];
    expect((await add('a', odd)).body).toMatchObject({ accepted: 2 });
    expect((await place.ask('/campaigns/spring/check', { method: 'POST' })).body).toMatchObject({
      complete: false,
      ready: 2,
    });
  });

  it('shows its results page by page, all of them as CSV, and few among many without delay', async () => {
    await create();
    const campaign = await needCampaign(place.ledger.db, 'spring');
    const rows = Array.from({ length: 45_000 }, (_, i) => ({
      row: i + 1,
      raw: i === 44_000 ? '=1+1' : `p${i}`,
      skip: { reason: i === 44_000 ? ('invalid_row' as const) : ('no_address' as const) },
    }));
    for (let from = 0; from < rows.length; from += 5_000) {
      await importRecipients(place.ledger, campaign, from, rows.slice(from, from + 5_000), 1);
    }
    const few = await place.ask('/campaigns/spring/results?reason=invalid_row');
    expect(few.body).toMatchObject({ items: [{ row: 44_001, listedAs: '=1+1' }], next: null });
    let after = '';
    let seen = 0;
    for (let pages = 0; pages < 100; pages += 1) {
      const path = `/campaigns/spring/results?limit=1000&state=skipped,failed${after}`;
      const { body } = await place.ask(path);
      seen += (body['items'] as unknown[]).length;
      if (body['next'] === null) break;
      after = `&after=${body['next'] as string}`;
    }
    expect(seen).toBe(45_000);
    const csv = await fetch(`${place.url}/campaigns/spring/results`, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.headers.get('content-disposition')).toBe(
      'attachment; filename="spring-results.csv"',
    );
    const lines = (await csv.text()).split('\r\n');
    expect(lines).toHaveLength(45_002);
    expect(lines[0]).toMatch(/^row,address,listed_as,state,/);
    expect(lines[44_001]).toMatch(/^44001,,'=1\+1,skipped,invalid_row/);
    const some = await fetch(`${place.url}/campaigns/spring/results.csv?reason=invalid_row`);
    expect((await some.text()).split('\r\n')).toHaveLength(3);
    expect((await place.ask('/campaigns/spring/results?after=x')).status).toBe(422);
  }, 60_000);

  it('is among the campaigns, the newest first, in pages', async () => {
    for (const name of ['one', 'two', 'three']) await create({ name });
    const first = await place.ask('/campaigns?limit=2');
    const names = (body: Record<string, unknown>) =>
      (body['items'] as { name: string }[]).map(({ name }) => name);
    expect(names(first.body)).toEqual(['three', 'two']);
    const rest = await place.ask(`/campaigns?limit=2&after=${String(first.body['next'])}`);
    expect(names(rest.body)).toEqual(['one']);
    expect(rest.body['next']).toBeNull();
    expect(names((await place.ask('/campaigns?state=running,paused')).body)).toEqual([]);
    expect((await place.ask('/campaigns?state=gone')).status).toBe(422);
  });
});
