import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Campaign, needCampaign } from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { type Desked, serveDesk } from './desk-fixture';
import { ask } from './frame-fixture';

const CSV = `phone,firstName\n${phone(1)},Ada\n${phone(2)},Bob\n`;
const digestOf = (text: string): string =>
  `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
const CAMPAIGN = {
  name: 'recall',
  account: 'support',
  inbox: '1',
  consent: { method: 'list' },
  message: { text: 'Hi {{ firstName }}' },
};

onBothLedgers('schedules over HTTP', (open) => {
  let opened: TestLedger;
  let served: Desked;
  beforeEach(async () => {
    opened = await open();
    served = await serveDesk(opened.ledger, opened.where);
  });
  afterEach(async () => {
    await served.close();
    await opened.close();
  });

  const put = async (csv: string) => {
    const answer = await fetch(`${served.url}/lists`, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const create = async (more: object = {}) => {
    const { body } = await put(CSV);
    return ask(served.url, '/schedules', {
      json: {
        campaign: CAMPAIGN,
        list: body['sha256'],
        at: '09:00',
        zone: 'Europe/Paris',
        ...more,
      },
    });
  };

  it('are made from a list that the ledger keeps, and are shown as they stand', async () => {
    const made = await create({ on: 'mon-fri', jitter: '2m', overlap: 'allow' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{ name: 'recall', state: 'active', cron: '0 9 * * 1,2,3,4,5', zone: 'Europe/Paris' },
      ...{ overlap: 'allow', jitterMs: 120_000, catchUpMs: 900_000, last: null },
    });
    expect(Date.parse(String(made.body['next']))).toBeGreaterThan(Date.now());
    const listed = await ask(served.url, '/schedules');
    expect(listed.body['items']).toMatchObject([{ name: 'recall' }]);
    expect((await ask(served.url, '/schedules/recall')).body).toEqual(made.body);
  });

  it.each([
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['JSON', { 'content-type': 'application/json' }, 415],
    ['what is packed', { 'content-encoding': 'gzip' }, 415],
    ['a digest that is none', { 'content-digest': 'sha-256=:AA==:' }, 422],
    ['what is not what its digest says', { 'content-digest': digestOf('else') }, 422],
  ])('keep no list that comes as %s', async (_, headers, status) => {
    const options = { method: 'PUT', body: CSV };
    const given = { 'content-type': 'text/csv', 'content-digest': digestOf(CSV) };
    const right = await fetch(`${served.url}/lists`, { ...options, headers: given });
    expect(right.status).toBe(200);
    const refused = await fetch(`${served.url}/lists`, {
      ...options,
      headers: { ...given, ...headers },
    });
    expect(refused.status).toBe(status);
  });

  it('are paused, go on, and end', async () => {
    await create();
    const paused = await ask(served.url, '/schedules/recall/pause', { json: { why: 'closed' } });
    expect(paused.body).toMatchObject({ state: 'paused', why: 'closed', next: null });
    const resumed = await ask(served.url, '/schedules/recall/resume', { method: 'POST' });
    expect(resumed.body).toMatchObject({ state: 'active', why: null });
    const removed = await ask(served.url, '/schedules/recall', { method: 'DELETE' });
    expect(removed.status).toBe(204);
    for (const [path, method] of [
      ['', 'GET'],
      ['/pause', 'POST'],
      ['/resume', 'POST'],
      ['/trigger', 'POST'],
      ['', 'DELETE'],
    ] as const) {
      expect((await ask(served.url, `/schedules/recall${path}`, { method })).status).toBe(404);
    }
  });

  it('open a campaign when they are told to, and not the same twice unless that is meant', async () => {
    await create();
    const triggered = await ask(served.url, '/schedules/recall/trigger', { method: 'POST' });
    expect(triggered.status).toBe(202);
    const name = String(triggered.body['campaign']);
    served.keepTime();
    await expect
      .poll(async () =>
        needCampaign(opened.ledger.db, name).then(
          ({ name }: Campaign) => name,
          () => null,
        ),
      )
      .toBe(name);
    const { body } = await ask(served.url, '/schedules/recall/occurrences');
    expect(body['items']).toMatchObject([{ state: 'opened', campaign: name }]);
    const same = await ask(served.url, '/schedules/recall/trigger', { method: 'POST' });
    expect([same.status, same.body['code']]).toEqual([409, 'conflict']);
    expect(same.body['detail']).toMatch(/the same as last time/);
    // Once a second at the most: its campaigns are named by it.
    const meant = () => ask(served.url, '/schedules/recall/trigger', { json: { again: true } });
    await expect.poll(async () => (await meant()).status, { interval: 500 }).toBe(202);
  });

  it('open one campaign by one key, also where whoever opened it died before the answer was kept', async () => {
    await create();
    const trigger = (key: string, json = {}) =>
      ask(served.url, '/schedules/recall/trigger', { json, headers: { 'idempotency-key': key } });
    const first = await trigger('one');
    expect(first.status).toBe(202);
    served.keepTime();
    const opened_ = async () =>
      (await ask(served.url, '/schedules/recall/occurrences')).body['items'] as unknown[];
    await expect.poll(opened_).toMatchObject([{ state: 'opened' }]);
    const died = () =>
      opened.ledger.db
        .updateTable('idempotency')
        .set({ status: null, body: null, at: 0 })
        .execute();
    await died();
    const again = await trigger('one');
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
    // Once a second at the most: its campaigns are named by it.
    await wait(1_100);
    const second = await trigger('two', { again: true });
    expect(second.status).toBe(202);
    await died();
    await wait(1_100);
    expect((await trigger('two', { again: true })).body).toEqual(second.body);
    expect(await opened_()).toHaveLength(2);
    // Of somebody who may be named in it nothing is kept.
    const kept = await opened.ledger.db.selectFrom('occurrences').selectAll().execute();
    expect(kept.map(({ asked_by: by }) => by?.length)).toEqual([64, 64]);
    // A key stands for its request for a week.
    await opened.ledger.db.deleteFrom('idempotency').execute();
    await opened.ledger.db
      .updateTable('occurrences')
      .set((eb) => ({ nominal_at: eb('nominal_at', '-', 8 * 86_400_000) }))
      .execute();
    const later = await trigger('two', { again: true });
    expect(later.status).toBe(202);
    expect(later.body).not.toEqual(second.body);
  });

  it.each([
    ['without a list', { list: undefined }],
    ['with a list that nobody has uploaded', { list: 'a'.repeat(64) }],
    [
      'with a path of the server',
      { list: undefined, campaign: { ...CAMPAIGN, audience: { file: '/etc/passwd' } } },
    ],
    [
      'with files of the server',
      { campaign: { ...CAMPAIGN, message: { text: 'Hi', attachments: ['/etc/passwd'] } } },
    ],
    [
      'with an address that is not allowed',
      {
        list: undefined,
        campaign: { ...CAMPAIGN, audience: { file: 'https://lists.example.org/a.csv' } },
      },
    ],
    ['with a time that is none', { at: '25:00' }],
    ['with two times', { cron: '0 9 * * *' }],
    ['with a zone that is none', { zone: 'Europe/Atlantis' }],
    ['with a pattern that never comes', { at: undefined, cron: '0 9 30 2 *' }],
    ['with a span that is over', { until: '2001-01-01' }],
    ['with a campaign that cannot be sent', { campaign: { ...CAMPAIGN, inbox: '999' } }],
    ['with a name that is none', { name: 'a b' }],
  ])('are refused %s', async (_, more) => {
    const answer = await create(more);
    expect([answer.status, answer.body['code']]).toEqual([422, 'invalid_input']);
    expect((await ask(served.url, '/schedules')).body['items']).toEqual([]);
  });

  it('have one name each', async () => {
    await create();
    const again = await create();
    expect([again.status, again.body['code']]).toEqual([409, 'conflict']);
  });
});
