import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CampaignStatus } from '../../../worker/api/status';
import { findCampaign, type Ledger, openLedger } from '../../../worker/ledger';
import { postgresTestLedger, type TestLedger } from '../../support/ledger';
import { temporalAddress, uniqueQueue } from '../../support/temporal';
import {
  listOf,
  openPlace,
  type Place,
  type PlaceOptions,
  type Started,
  UNLIMITED,
  until,
} from './fixture';

const ROWS = 600;
const FAST = ['--lease-ms', '1500', '--in-flight', '8'];

let place: Place;
let shared: TestLedger | null = null;
let ledger: Ledger;
let where: string;

async function open(kind: 'sqlite' | 'postgres', options: PlaceOptions = {}): Promise<void> {
  place = await openPlace({ account: UNLIMITED, ...options });
  const server = inject('postgres');
  if (kind === 'postgres' && 'url' in server) shared = await postgresTestLedger(server.url);
  where = shared?.where ?? join(place.folder, 'shared.db');
  ledger = shared?.ledger ?? (await openLedger(where));
}

afterEach(async () => {
  await place.close();
  if (shared === null) await ledger.close();
  else await shared.close();
  shared = null;
});

interface Serving extends Started {
  readonly url: string;
}

/** A real `campaign serve`, once it answers. */
async function serve(...more: string[]): Promise<Serving> {
  const started = place.start(
    'serve',
    '--port',
    '0',
    '--ledger',
    where,
    '--json',
    ...FAST,
    ...more,
  );
  await until('it serves', () => started.text().includes('"serving"'));
  const line =
    started
      .text()
      .split('\n')
      .find((each) => each.includes('"serving"')) ?? '{}';
  return { ...started, url: (JSON.parse(line) as { url: string }).url };
}

const campaign = (more: Readonly<Record<string, unknown>> = {}) => ({
  ...{ name: 'spring', account: 'support', inbox: '3', audience: { country: 'US' } },
  ...{ consent: { method: 'form' }, message: { text: 'Hi {{ name }}' }, start: true },
  ...more,
});

async function post(url: string, path: string, json: unknown = {}): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
}

const upload = (url: string, list: string): Promise<Response> =>
  fetch(`${url}/campaigns/spring/list`, { method: 'PUT', body: list });

const status = async (url: string): Promise<CampaignStatus> =>
  (await (await fetch(`${url}/campaigns/spring`)).json()) as CampaignStatus;

const finished = (url: string, ms = 60_000): Promise<void> =>
  until('it is finished', async () => (await status(url)).state === 'finished', ms);

async function eventsAt(url: string): Promise<{ type: string; cursor: string }[]> {
  const { items } = (await (await fetch(`${url}/events`)).json()) as {
    items: { type: string; cursor: string }[];
  };
  return items;
}

const kinds =
  'url' in inject('postgres') ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const);

describe.each(kinds)('campaign serve (%s)', (kind) => {
  it('takes a list, sends to it, tells of it, and ends by a signal with what was on its way', async () => {
    await open(kind, { sandbox: { latencyMs: 20 } });
    const served = await serve();
    expect((await post(served.url, '/campaigns', campaign())).status).toBe(201);
    expect((await upload(served.url, listOf(ROWS))).status).toBe(202);
    const events = await fetch(`${served.url}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    await until('some are sent', () => place.sandbox.summary().accepted > 50);
    served.child.kill('SIGTERM');
    // Whoever follows the events is let go, and does not hold it up.
    await events.text();
    const ended = await served.ended;
    expect({ exit: ended.exit, signal: ended.signal }).toEqual({ exit: 0, signal: null });
    expect(place.sandbox.summary().deliversInFlight).toBe(0);

    const next = await serve();
    await finished(next.url);
    expect((await status(next.url)).counts).toMatchObject({ sent: ROWS, total: ROWS, double: 0 });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
    const types = (await eventsAt(next.url)).map(({ type }) => type);
    expect(types).toEqual(['ready', 'started', 'finished']);
    const csv = await (await fetch(`${next.url}/campaigns/spring/results.csv`)).text();
    expect(csv.split('\r\n')).toHaveLength(ROWS + 2);
  }, 120_000);

  it('reads on where it was killed, and no row is there twice', async () => {
    const rows = 60_000;
    await open(kind);
    const first = await serve();
    // By mail, where as many addresses as one likes are nobody's.
    await post(first.url, '/campaigns', campaign({ inbox: '6', start: false }));
    const list = `email,name\n${Array.from({ length: rows }, (_, n) => `p${n}@example.org,P${n}`).join('\n')}\n`;
    expect((await upload(first.url, list)).status).toBe(202);
    const imported = async () => (await findCampaign(ledger.db, 'spring'))?.imported ?? 0;
    await until('it reads', async () => (await imported()) > 0);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = await imported();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(rows);

    const second = await serve();
    await until('all are in', async () => (await status(second.url)).state === 'ready', 60_000);
    const { rows: found } = await sql<{ n: number; rows: number; people: number; last: number }>`
      select count(*) as n, count(distinct "row") as rows, count(distinct address) as people, max("row") as last
      from recipients where state = 'pending'`.execute(ledger.db);
    expect(found.map((each) => Object.values(each).map(Number))).toEqual([
      [rows, rows, rows, rows + 1],
    ]);
    expect((await status(second.url)).counts).toMatchObject({ pending: rows, total: rows });
    if (kind === 'sqlite') {
      const copies = readdirSync(join(place.folder, 'spool'), {
        recursive: true,
        withFileTypes: true,
      });
      expect(copies.filter((each) => each.isFile())).toEqual([]);
    }
  }, 120_000);

  it('is one of two that share the work, and both tell the same', async () => {
    await open(kind, { sandbox: { latencyMs: 30 } });
    const [one, other] = await Promise.all([serve(), serve()]);
    await post(one.url, '/campaigns', campaign({ parallel: 2 }));
    await upload(other.url, listOf(ROWS));
    await finished(one.url);
    expect((await status(other.url)).counts).toMatchObject({ sent: ROWS, double: 0 });
    expect(place.sandbox.summary()).toMatchObject({ accepted: ROWS, doubles: 0 });
    const told = await eventsAt(one.url);
    expect(told.map(({ type }) => type)).toEqual(['ready', 'started', 'finished']);
    expect(await eventsAt(other.url)).toEqual(told);
    const chunk = { key: 'a', recipients: [{ phone: '+12025550100', name: 'A' }] };
    const audience = { intake: 'chunks', recipientColumns: ['phone', 'name'], country: 'US' };
    await post(one.url, '/campaigns', campaign({ name: 'later', audience }));
    const answers = await Promise.all(
      [one, other, one, other].map(({ url }) => post(url, '/campaigns/later/recipients', chunk)),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ first: 1, rows: 1, accepted: 1 });
  }, 120_000);
});

describe('where campaign serve listens', () => {
  beforeEach(() => open('sqlite'));

  it('is not elsewhere than on this machine, as long as there is no key', async () => {
    const refused = await place.campaign(
      'serve',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--ledger',
      where,
    );
    expect(refused.exit).toBe(2);
    expect(refused.err).toMatch(/no API key yet.*campaign keys create/);
    const made = await place.campaign(
      'keys',
      'create',
      'n8n',
      '--scope',
      'send',
      '--ledger',
      where,
    );
    const [, key] = /(crk_\S+)/.exec(made.out) ?? [];
    const served = await serve('--host', '0.0.0.0');
    const url = served.url.replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(`${url}/campaigns`)).status).toBe(401);
    const answer = await fetch(`${url}/campaigns`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  }, 60_000);

  it('is not where others reach it by a proxy, as long as there is no key', async () => {
    const reached = ['serve', '--public-url', 'https://runner.example.org', '--port', '0'];
    const refused = await place.campaign(...reached, '--ledger', where);
    expect(refused.exit).toBe(2);
    expect(refused.err).toMatch(
      /no API key yet: at https:\/\/runner\.example\.org.*without --public-url/,
    );
    await place.campaign('keys', 'create', 'n8n', '--scope', 'send', '--ledger', where);
    const { url } = await serve('--public-url', 'https://runner.example.org');
    expect((await fetch(`${url}/campaigns`)).status).toBe(401);
  }, 60_000);

  it('is said where the port is taken, and what a public URL is', async () => {
    const served = await serve();
    const { port } = new URL(served.url);
    const second = await place.campaign('serve', '--port', port, '--ledger', where);
    expect(second.exit).toBe(2);
    expect(second.err).toMatch(/Nothing can listen at 127\.0\.0\.1:\d+ \(EADDRINUSE\)/);
    const odd = await place.campaign('serve', '--public-url', 'runner', '--ledger', where);
    expect(odd.exit).toBe(2);
    expect(odd.err).toMatch(/--public-url must be like https/);
  }, 60_000);

  it('answers only, with --no-work: what it takes is read, and sent by a worker', async () => {
    const served = await serve('--no-work');
    await post(served.url, '/campaigns', campaign());
    await upload(served.url, listOf(20));
    await until('it is started', async () => (await status(served.url)).state === 'running');
    // Not at once: a worker would need a moment, too.
    const saysSo = async () => {
      const { waitingFor } = await status(served.url);
      return waitingFor?.why === 'nobody runs it now: a worker has to';
    };
    await until('it says so', saysSo, 25_000);
    expect(place.sandbox.summary().accepted).toBe(0);
    place.start('worker', '--ledger', where, '--json', ...FAST);
    await finished(served.url);
    expect(place.sandbox.summary()).toMatchObject({ accepted: 20, doubles: 0 });
  }, 60_000);
});

describe('campaign serve on Temporal', () => {
  it('sends what comes in over HTTP by workflows', async () => {
    await open('sqlite', { env: { TEMPORAL_ADDRESS: temporalAddress() } });
    const served = await serve('--engine', 'temporal', '--task-queue', uniqueQueue());
    await post(served.url, '/campaigns', campaign());
    await upload(served.url, listOf(30));
    await finished(served.url);
    expect(await status(served.url)).toMatchObject({ engine: 'temporal', counts: { sent: 30 } });
    const sent = await fetch(`${served.url}/sends`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'order-1' },
      body: JSON.stringify({ account: 'support', inbox: '3', to: '+12025550177', text: 'Ready.' }),
    });
    const { sendId } = (await sent.json()) as { sendId: string };
    await until('the message is sent', async () => {
      const answer = await fetch(`${served.url}/sends/${sendId}`);
      return ((await answer.json()) as { state: string }).state === 'sent';
    });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 31, doubles: 0 });
  }, 90_000);
});
