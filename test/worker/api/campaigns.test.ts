import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { stopAccount } from '../../../worker/ledger';
import { onBothLedgers, type TestLedger, testLedger } from '../../support/ledger';
import { listOf } from '../cli/fixture';
import {
  type ApiPlace,
  type ApiPlaceOptions,
  asked,
  openApi,
  untilState,
} from './campaign-fixture';
import { keyFor } from './frame-fixture';

onBothLedgers('a campaign by upload', (open) => {
  let opened: TestLedger;
  let place: ApiPlace;
  afterEach(async () => {
    await place.close();
    await opened.close();
  });

  async function begin(options: ApiPlaceOptions = {}): Promise<void> {
    opened = await open();
    place = await openApi(opened, options);
  }

  /** Parts of files, and lists that nobody reads. */
  const spooled = (): string[] => {
    try {
      return readdirSync(place.spool);
    } catch {
      return [];
    }
  };

  it('lives its whole life: created, uploaded, read, started, sent, finished', async () => {
    await begin();
    place.work();
    const made = await place.ask('/campaigns', { json: asked({ start: true }) });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe('/campaigns/spring');
    expect(made.body).toMatchObject({
      state: 'importing',
      intake: 'upload',
      waitingFor: { why: 'its list is to be uploaded', until: null },
    });
    const list = `${listOf(40)}+12025550100,Again\nnobody,Nobody\n`;
    const taken = await place.put('spring', list);
    expect(taken.status).toBe(202);
    expect(taken.body).toMatchObject({ bytes: Buffer.byteLength(list) });
    const done = await untilState(place, 'spring', 'finished');
    expect(done).toMatchObject({
      sealed: true,
      imported: 42,
      counts: { sent: 40, skipped: 2, total: 42, double: 0 },
    });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 40, doubles: 0 });
    expect(spooled()).toEqual([]);
  });

  it('is the same campaign when it is asked for again, and refused when it is another', async () => {
    await begin();
    expect((await place.ask('/campaigns', { json: asked() })).status).toBe(201);
    expect((await place.ask('/campaigns', { json: asked() })).status).toBe(200);
    const other = await place.ask('/campaigns', { json: asked({ message: { text: 'Else' } }) });
    expect(other.status).toBe(409);
    expect(other.body).toMatchObject({ code: 'conflict' });
    expect(other.body['detail']).toContain('the message differs');
  });

  it.each([
    ['a path on the server', { audience: { file: '/etc/passwd' } }, /path.*upload the list/],
    ['a file beside it', { message: { text: 'Hi', attachments: ['/etc/passwd'] } }, /path/],
    ['an inbox that is not there', { inbox: '99' }, /no inbox "99".*"3"/s],
    ['an account that is not there', { account: 'suport' }, /Did you mean "support"/],
    ['a message that cannot be made', { message: { text: 'Hi {{ name' } }, /message\.text, line 1/],
    ['a misspelled key', { audiense: {} }, /Did you mean audience/],
    [
      'an address that is not allowed',
      { audience: { file: 'https://lists.example.org/a.csv' } },
      /not allowed/,
    ],
  ])('is refused at once for %s, and nothing is written down', async (_, more, words) => {
    await begin();
    const answer = await place.ask('/campaigns', { json: asked(more) });
    expect(answer.status).toBe(422);
    expect(answer.body['detail']).toMatch(words);
    expect((await place.ask('/campaigns')).body).toEqual({ items: [], next: null });
  });

  it('leaves nothing of an upload that broke off, and takes it when it comes again', async () => {
    await begin();
    await place.ask('/campaigns', { json: asked({ start: true }) });
    const list = listOf(30);
    for (const headers of [{ 'content-length': '5000' }, { 'transfer-encoding': 'chunked' }]) {
      await breakOff(`${place.url}/campaigns/spring/list`, list.slice(0, 300), headers);
    }
    await expect.poll(spooled).toEqual([]);
    expect(await place.status('spring')).toMatchObject({ state: 'importing', imported: 0 });
    place.work();
    expect((await place.put('spring', list)).status).toBe(202);
    const done = await untilState(place, 'spring', 'finished');
    expect(done.counts).toMatchObject({ sent: 30, total: 30 });
  });

  it('takes the same list again at any time, and no other one', async () => {
    await begin();
    await place.ask('/campaigns', { json: asked() });
    expect((await place.put('spring', listOf(5))).status).toBe(202);
    expect((await place.put('spring', listOf(5))).status).toBe(200);
    expect((await place.put('spring', listOf(6))).status).toBe(409);
    place.work();
    await untilState(place, 'spring', 'ready');
    expect((await place.put('spring', listOf(5))).status).toBe(200);
    const other = await place.put('spring', listOf(6));
    expect(other.body).toMatchObject({ status: 409, code: 'conflict' });
    expect(await place.status('spring')).toMatchObject({ counts: { total: 5 } });
    expect(spooled()).toEqual([]);
  });

  it('takes a list again that nobody has any more, and reads it on', async () => {
    await begin();
    await place.ask('/campaigns', { json: asked() });
    await place.put('spring', listOf(25));
    // As a machine that is gone with its disk: what the ledger kept of it is gone as well.
    rmSync(place.spool, { recursive: true });
    await place.ledger.db.deleteFrom('lists').execute();
    expect((await place.put('spring', listOf(24))).status).toBe(409);
    expect(spooled()).toEqual([]);
    expect((await place.put('spring', listOf(25))).status).toBe(202);
    place.work();
    const read = await untilState(place, 'spring', 'ready');
    expect(read).toMatchObject({ imported: 25, counts: { pending: 25 } });
  });

  it('takes nothing but what was announced', async () => {
    await begin();
    await place.ask('/campaigns', { json: asked() });
    const wrong = `sha-256=:${Buffer.alloc(32).toString('base64')}:`;
    const answer = await place.put('spring', listOf(5), { 'content-digest': wrong });
    expect(answer).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('digest') },
    });
    const form = await place.put('spring', 'x', {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect(form.status).toBe(415);
    expect((await place.put('spring', '')).status).toBe(422);
    expect(spooled()).toEqual([]);
    expect((await place.put('gone', listOf(5))).status).toBe(404);
  });

  it.each([
    ['columns that do not fit', 'mail,name\na@example.org,Ada\n', /No column looks like a phone/],
    ['what is no list', '%PDF-1.7 and more', /The list is not a list: it is or holds a PDF/],
  ])('is told at once of %s', async (_, list, words) => {
    await begin();
    await place.ask('/campaigns', { json: asked() });
    const answer = await place.put('spring', list);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ detail: expect.stringMatching(words) });
    expect(spooled()).toEqual([]);
    expect(await place.status('spring')).toMatchObject({ state: 'importing', why: null });
  });

  it('forgets a list that cannot be read to its end, says the row, and takes a better one', async () => {
    await begin();
    place.work();
    await place.ask('/campaigns', { json: asked({ start: true }) });
    const broken = listOf(900) + listOf(900).replace('phone,name\n', '') + '+12025550100,"Ada\n';
    expect((await place.put('spring', broken)).status).toBe(202);
    await expect.poll(async () => (await place.status('spring')).why).toMatch(/opens in row 1802/);
    const refused = await place.status('spring');
    expect(refused).toMatchObject({
      state: 'importing',
      imported: 0,
      counts: { total: 0, pending: 0, skipped: 0 },
      waitingFor: { why: 'another list is to be uploaded' },
    });
    await expect.poll(spooled).toEqual([]);
    expect((await place.put('spring', listOf(20))).status).toBe(202);
    const done = await untilState(place, 'spring', 'finished');
    expect(done).toMatchObject({ why: null, imported: 20, counts: { sent: 20, total: 20 } });
  });

  it('does not begin with nobody to write to', async () => {
    await begin();
    place.work();
    await place.ask('/campaigns', { json: asked({ start: true }) });
    await place.put('spring', 'phone,name\nnobody,A\n,B\n');
    await expect
      .poll(async () => (await place.status('spring')).why)
      .toMatch(/Nobody of the 2 rows can be written to: 1 \w+, 1 \w+/);
    // Why comes first; then its rows are taken out.
    await expect
      .poll(() => place.status('spring'))
      .toMatchObject({ state: 'importing', imported: 0 });
  });

  it('is cancelled while its list waits, and nothing of it is read any more', async () => {
    await begin();
    await place.ask('/campaigns', { json: asked({ start: true }) });
    await place.put('spring', listOf(5));
    const cancelled = await place.ask('/campaigns/spring/cancel', { method: 'POST' });
    expect(cancelled.body).toMatchObject({ state: 'cancelled' });
    place.work();
    expect((await place.put('spring', listOf(6))).status).toBe(409);
    expect(await place.status('spring')).toMatchObject({ state: 'cancelled', imported: 0 });
  });

  it('has its list fetched from where it is allowed', async () => {
    const files = createServer((_, answer) => answer.end(listOf(12)));
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(files.address() as AddressInfo).port}/`;
    try {
      await begin({ allowLists: [base] });
      place.work();
      const audience = { file: `${base}list.csv`, country: 'US' };
      const made = await place.ask('/campaigns', { json: asked({ audience, start: true }) });
      expect(made.status).toBe(201);
      const done = await untilState(place, 'spring', 'finished');
      expect(done.counts).toMatchObject({ sent: 12, total: 12 });
    } finally {
      files.close();
    }
  });

  it('tells how fast it goes, when it will be done, and what it waits for', async () => {
    await begin();
    place.work();
    await place.ask('/campaigns', {
      json: asked({ start: true, throttle: { perSecond: 20 }, parallel: 2 }),
    });
    await place.put('spring', listOf(400));
    await untilState(place, 'spring', 'running');
    await expect
      .poll(async () => (await place.status('spring')).rate.now, { timeout: 20_000 })
      .toBeGreaterThan(10);
    const goes = await place.status('spring');
    expect(goes.rate.now).toBeLessThan(45);
    expect(goes.rate.limit).toBe(20);
    expect(goes.samples.length).toBeGreaterThan(0);
    const left = goes.counts.total - goes.counts.sent;
    const seconds = (Date.parse(goes.finishAt ?? '') - Date.now()) / 1000;
    expect(seconds).toBeLessThan(left / 5);
    expect(seconds).toBeGreaterThan(left / 60);
    const until = place.ledger.now() + 60_000;
    await stopAccount(place.ledger, 'support', { until, why: 'asked to', now: place.ledger.now() });
    expect((await place.status('spring')).waitingFor).toEqual({
      why: 'asked to',
      until: new Date(until).toISOString(),
    });
  }, 60_000);

  it('is checked from the rows that are in, without an address', async () => {
    await begin();
    place.work();
    await place.ask('/campaigns', { json: asked({ throttle: { perSecond: 10 } }) });
    await place.put('spring', `${listOf(20)}+12025550100,Again\n12,Short\n+12025550199,\n`);
    await untilState(place, 'spring', 'ready');
    const { status, body } = await place.ask('/campaigns/spring/check', { method: 'POST' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      complete: true,
      total: 23,
      ready: 20,
      segments: { total: 20 },
      pace: { cold: { perSecond: 10, limitedBy: 'throttle' } },
    });
    const skipped = body['skipped'] as { reason: string; rows: { row: number }[] }[];
    expect(skipped.map(({ reason, rows }) => [reason, rows.map(({ row }) => row)]).sort()).toEqual([
      ['duplicate', [22]],
      ['invalid_address', [23]],
      ['missing_variable', [24]],
    ]);
    expect(body['previews']).toHaveLength(3);
    const ms =
      Date.parse((body['finish'] as { cold: string }).cold) -
      Date.parse(body['checkedAt'] as string);
    expect(ms).toBe(2_000);
    expect(JSON.stringify(body)).not.toContain('2025550');
    await place.ask('/campaigns/spring/rate', { json: { perSecond: 0.01 } });
    const slower = await place.ask('/campaigns/spring/check', { method: 'POST' });
    expect(slower.body).toMatchObject({
      pace: { cold: { perSecond: 0.01, limitedBy: 'throttle' } },
    });
    await place.ask('/campaigns/spring/rate', { json: { perSecond: null } });
    const unbound = await place.ask('/campaigns/spring/check', { method: 'POST' });
    expect(unbound.body).toMatchObject({ pace: { cold: { perSecond: null } } });
  });

  it('repeats nothing of what is asked for that may be somebody’s, and says the rate’s bounds', async () => {
    await begin();
    const ask = async (more: Record<string, unknown>) =>
      (await place.ask('/campaigns', { json: asked(more) })).body;
    for (const key of ['+12025550199', 'ada@example.org', 'to 202-555-0199']) {
      const all = [
        await ask({ [key]: 1 }),
        await ask({ audience: { country: 'US', [key]: 1 } }),
        await ask({ message: { template: { name: 'a', params: { [key]: [] } } } }),
      ];
      expect(all.map(({ status }) => status)).toEqual([422, 422, 422]);
      expect(JSON.stringify(all)).not.toMatch(/555-?0199|ada@/);
    }
    expect((await ask({ throtle: {} }))['detail']).toContain('Did you mean throttle?');
    for (const perSecond of [1e-300, 0.0009, 1e6]) {
      const { detail } = await ask({ throttle: { perSecond } });
      expect(detail).toMatch(/throttle\.perSecond must be at (least|most)/);
    }
  });

  it('is paused, sped up, resumed and cancelled, and the audit says by whose key', async () => {
    await begin();
    const key = await keyFor(place.ledger, 'send', 'n8n');
    const post = (path: string, json?: unknown) =>
      place.ask(`/campaigns/spring${path}`, {
        method: 'POST',
        key,
        ...(json === undefined ? {} : { json }),
      });
    await place.ask('/campaigns', { key, json: asked() });
    expect((await post('/start')).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await post('/pause')).status).toBe(409);
    await fetch(`${place.url}/campaigns/spring/list`, {
      method: 'PUT',
      body: listOf(20),
      headers: { authorization: `Bearer ${key}` },
    });
    place.work();
    const stands = async () => (await place.ask('/campaigns/spring', { key })).body;
    await expect.poll(async () => (await stands())['state']).toBe('ready');
    expect((await post('/rate', { perSecond: 0.01 })).body).toMatchObject({
      rate: { limit: 0.01 },
    });
    expect((await post('/start')).body).toMatchObject({ state: 'running' });
    expect((await post('/pause', { why: 'wrong date' })).body).toMatchObject({
      state: 'paused',
      why: 'wrong date',
      pausedBy: 'operator',
    });
    expect((await post('/resume')).body).toMatchObject({ state: 'running', why: null });
    expect((await post('/rate', { perSecond: null })).body).toMatchObject({
      rate: { limit: null },
    });
    await expect.poll(async () => (await stands())['state']).toBe('finished');
    expect((await post('/cancel')).status).toBe(409);
    for (const perSecond of [0, 1e-300, 0.0009, 1e6]) {
      expect((await post('/rate', { perSecond })).status).toBe(422);
    }
    const by = await place.ledger.db.selectFrom('audit').select(['action', 'who']).execute();
    const asKey = by.filter(({ who }) => who === 'n8n').map(({ action }) => action);
    expect(asKey).toEqual(
      expect.arrayContaining(['create', 'upload', 'rate', 'start', 'pause', 'resume']),
    );
  });

  it('gives failed rows another chance, and lets a person rule on unknown ones', async () => {
    // A server as old as this lists no messages from an id on, so a lost answer cannot be looked up.
    await begin({ sandbox: { chatwoot: { version: '2.10.0' } } });
    place.work();
    place.sandbox.setFaults([
      ...[2, 3, 4].map((nth) => ({
        ...{ match: { delivers: true, nth }, fault: 'drop_after_commit' as const },
      })),
      {
        ...{ match: { path: '/contacts$', nth: 7 }, fault: 'error_before_commit' },
        options: { status: 422 },
      },
    ]);
    await place.ask('/campaigns', { json: asked({ start: true }) });
    await place.put('spring', listOf(8));
    const done = await untilState(place, 'spring', 'finished');
    expect(done.counts).toMatchObject({ sent: 4, failed: 1, unknown: 3 });
    place.sandbox.clearFaults();
    const post = (path: string, json: unknown) => place.ask(`/campaigns/spring${path}`, { json });
    expect((await post('/retry', { reason: 'nonsense' })).status).toBe(422);
    expect((await post('/retry', {})).body).toMatchObject({ n: 1, campaign: { state: 'running' } });
    const retried = await untilState(place, 'spring', 'finished');
    expect(retried.counts).toMatchObject({ sent: 5, failed: 0, unknown: 3 });

    const { body } = await place.ask('/campaigns/spring/results?state=unknown');
    const [one, two] = (body['items'] as { row: number }[]).map(({ row }) => row);
    expect((await post('/decide', { rows: [one], as: 'sent' })).body).toMatchObject({ n: 1 });
    expect((await post('/decide', { rows: [one], as: 'sent' })).status).toBe(409);
    expect((await post('/decide', { as: 'sent' })).status).toBe(422);
    const unsure = await post('/decide', { rows: [two], as: 'resend' });
    expect(unsure).toMatchObject({
      status: 422,
      body: { detail: expect.stringMatching(/confirm/) },
    });
    const again = await post('/decide', { rows: [two], as: 'resend', confirm: true });
    expect(again.body).toMatchObject({ n: 1, campaign: { state: 'ready' } });
    expect((await post('/decide', { all: true, as: 'failed' })).body).toMatchObject({ n: 1 });
    expect((await place.status('spring')).counts).toMatchObject({ pending: 1, failed: 1, sent: 6 });
    expect((await post('/retry', {})).body).toMatchObject({ n: 0, campaign: { state: 'ready' } });
  });
});

it('leaves nothing of an upload for which there is no room, and says so', async (context) => {
  const opened = await testLedger();
  const place = await openApi(opened);
  mkdirSync(place.spool, { recursive: true });
  try {
    try {
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', place.spool]);
    } catch {
      context.skip('may not mount a small disk here');
    }
    await place.ask('/campaigns', { json: asked() });
    const answer = await place.put('spring', listOf(1_000).repeat(10));
    expect(answer).toMatchObject({ status: 507, body: { code: 'disk_full' } });
    expect(readdirSync(place.spool)).toEqual([]);
    expect((await place.put('spring', listOf(10))).status).toBe(202);
  } finally {
    execFileSync('/bin/umount', [place.spool], { stdio: 'ignore' });
    await place.close();
    await opened.close();
  }
});

/** Sends the beginning of a body, and hangs up. */
async function breakOff(
  url: string,
  begun: string,
  headers: Record<string, string>,
): Promise<void> {
  const outgoing = request(url, { method: 'PUT', headers });
  const gone = new Promise<void>((resolve) => {
    outgoing.on('error', () => resolve());
    outgoing.on('close', () => resolve());
  });
  await new Promise<void>((resolve) => outgoing.write(begun, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 150));
  outgoing.destroy();
  await gone;
}
