import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emit, type Ledger, revokeApiKey } from '../../../worker/ledger';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { ask, askRaw, keyFor, type Served, serveApi } from './frame-fixture';

/** What anybody may be told of: a campaign by its name. */
async function tell(ledger: Ledger, reason: string, account = 'desk'): Promise<void> {
  await ledger.db
    .transaction()
    .execute((trx) => emit(trx, [{ type: 'opted_out', account, reason }], ledger.now()));
}

const reasonsOf = (body: Record<string, unknown>): string[] =>
  (body['items'] as { reason: string }[]).map(({ reason }) => reason);

/** Reads a stream until it has said so much, or has ended. */
async function hear(
  url: string,
  headers: Record<string, string>,
  enough: (said: string) => boolean,
): Promise<{ status: number; type: string | null; said: string; ended: boolean }> {
  const cut = new AbortController();
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: cut.signal,
  });
  const type = answer.headers.get('content-type');
  let said = '';
  const timer = setTimeout(() => cut.abort(), 8_000);
  try {
    for await (const piece of answer.body ?? []) {
      said += Buffer.from(piece).toString();
      if (enough(said)) return { status: answer.status, type, said, ended: false };
    }
    return { status: answer.status, type, said, ended: true };
  } finally {
    clearTimeout(timer);
    cut.abort();
  }
}

const dataOf = (said: string): { reason: string; cursor: string }[] =>
  [...said.matchAll(/^data: (.*)$/gm)].map(
    ([, json = '']) => JSON.parse(json) as { reason: string; cursor: string },
  );

onBothLedgers('the feed over HTTP', (open) => {
  let opened: TestLedger;
  let served: Served;
  beforeEach(async () => {
    opened = await open();
    served = await serveApi(opened.ledger);
  });
  afterEach(async () => {
    await served.close();
    await opened.close();
  });

  it('gives every event once to whoever always asks after the last one', async () => {
    for (const n of ['a', 'b', 'c']) await tell(opened.ledger, n);
    const first = await ask(served.url, '/events?limit=2');
    expect(reasonsOf(first.body)).toEqual(['a', 'b']);
    expect(first.body['more']).toBe(true);
    const second = await ask(served.url, `/events?limit=2&after=${String(first.body['next'])}`);
    expect(reasonsOf(second.body)).toEqual(['c']);
    const third = await ask(served.url, `/events?after=${String(second.body['next'])}`);
    expect(third.body).toMatchObject({ items: [], next: second.body['next'], more: false });
  });

  it('lets through what is asked for', async () => {
    await running(opened.ledger, 'spring', 1, opened.ledger.now());
    await tell(opened.ledger, 'a');
    await tell(opened.ledger, 'b', 'other');
    const of = async (query: string) => {
      const { body } = await ask(served.url, `/events?${query}`);
      return (body['items'] as { type: string }[]).map(({ type }) => type);
    };
    expect(await of('types=opted_out,finished&account=other')).toEqual(['opted_out']);
    expect(await of('campaign=spring&types=started')).toEqual(['started']);
    expect((await ask(served.url, '/events?campaign=summer')).status).toBe(404);
    expect((await ask(served.url, '/events?types=opted_out,nonsense')).status).toBe(422);
  });

  it('shows the newest of a kind, and where to go on behind them', async () => {
    for (const n of ['a', 'b', 'c', 'd']) {
      await tell(opened.ledger, n, n === 'd' ? 'other' : undefined);
    }
    const { body } = await ask(served.url, '/events?newest=2&types=opted_out&account=desk');
    expect(reasonsOf(body)).toEqual(['b', 'c']);
    expect(body['more']).toBe(false);
    await tell(opened.ledger, 'e');
    const on = await ask(served.url, `/events?after=${String(body['next'])}`);
    expect(reasonsOf(on.body)).toEqual(['e']);
  });

  it('holds an answer back until there is an event', async () => {
    const latest = await ask(served.url, '/events?after=latest');
    const began = performance.now();
    const waiting = ask(served.url, `/events?wait=20&after=${String(latest.body['next'])}`);
    await wait(300);
    await tell(opened.ledger, 'late');
    expect(reasonsOf((await waiting).body)).toEqual(['late']);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('answers without one when the time is over, or the process is to end', async () => {
    const empty = await ask(served.url, '/events?wait=1&after=latest');
    expect(empty.body['items']).toEqual([]);
    const waiting = ask(served.url, '/events?wait=30&after=latest');
    await wait(200);
    served.stop();
    expect((await waiting).status).toBe(200);
  });

  it('says of a place that is not kept to begin anew, and of none that it is none', async () => {
    const gone = await ask(served.url, '/events?after=0123456789abcdef.7');
    expect([gone.status, gone.body['code']]).toEqual([410, 'cursor_gone']);
    const none = await ask(served.url, '/events?after=nonsense');
    expect([none.status, none.body['code']]).toEqual([422, 'invalid_input']);
  });

  it('comes as a stream whose ids are places, and goes on where it was', async () => {
    await tell(opened.ledger, 'a');
    const listening = hear(`${served.url}/events`, {}, (said) => dataOf(said).length === 2);
    await wait(200);
    await tell(opened.ledger, 'b');
    const { said, type, status } = await listening;
    expect([status, type]).toEqual([200, 'text/event-stream']);
    expect(dataOf(said).map(({ reason }) => reason)).toEqual(['a', 'b']);
    const [, id = ''] = /^id: (.*)\ndata: .*"a"/m.exec(said) ?? [];
    expect(id).toBe(dataOf(said)[0]?.cursor);
    const again = await hear(
      `${served.url}/events`,
      { 'last-event-id': id },
      (it) => dataOf(it).length === 1,
    );
    expect(dataOf(again.said).map(({ reason }) => reason)).toEqual(['b']);
  });

  it('ends its streams when the process is to end, and takes no more than are allowed', async () => {
    const few = await serveApi(opened.ledger, { limits: { streams: 1 } });
    try {
      const one = hear(`${few.url}/events?after=latest`, {}, () => false);
      await wait(300);
      const refused = await ask(few.url, '/events', { headers: { accept: 'text/event-stream' } });
      expect([refused.status, refused.body['code']]).toEqual([503, 'overloaded']);
      // A look at the headers takes no place, nor does an answer at once.
      const head = await askRaw(few.url, '/events', {
        method: 'HEAD',
        headers: { accept: 'text/event-stream' },
      });
      expect(head.status).toBe(200);
      expect((await ask(few.url, '/events')).status).toBe(200);
      few.stop();
      expect((await one).ended).toBe(true);
      const next = await ask(few.url, '/events', { headers: { accept: 'text/event-stream' } });
      expect(next.status).toBe(200);
    } finally {
      await few.close();
    }
  });

  it('leaves places to others, however many one key wants', async () => {
    const few = await serveApi(opened.ledger, { limits: { streamsOfKey: 2 } });
    try {
      const key = await keyFor(opened.ledger, 'read');
      const other = await keyFor(opened.ledger, 'read', 'other');
      const follow = (by: string) =>
        hear(`${few.url}/events?after=latest`, { authorization: `Bearer ${by}` }, () => false);
      const streams = [follow(key), ask(few.url, '/events?wait=20&after=latest', { key })];
      await wait(300);
      const accept = { accept: 'text/event-stream' };
      const refused = await ask(few.url, '/events', { key, headers: accept });
      expect([refused.status, refused.body['code']]).toEqual([429, 'rate_limited']);
      expect(refused.headers.get('retry-after')).toBe('10');
      expect((await ask(few.url, '/events?wait=1&after=latest', { key })).status).toBe(429);
      streams.push(follow(other));
      await wait(300);
      few.stop();
      for (const one of await Promise.all(streams)) expect(one.status).toBe(200);
      // All places are free again.
      expect((await ask(few.url, '/events', { key, headers: accept })).status).toBe(200);
    } finally {
      await few.close();
    }
  });

  it('lets a place go when a reader hangs up', async () => {
    const few = await serveApi(opened.ledger, { limits: { streams: 1 } });
    try {
      for (let n = 0; n < 3; n += 1) {
        const { status } = await hear(`${few.url}/events?after=latest`, {}, (said) => said !== '');
        expect(status).toBe(200);
        await wait(300);
      }
    } finally {
      await few.close();
    }
  });

  it('needs a key that may read', async () => {
    const key = await keyFor(opened.ledger, 'read');
    expect((await ask(served.url, '/events')).status).toBe(401);
    expect((await ask(served.url, '/events', { key })).status).toBe(200);
  });

  it('ends a stream whose key is revoked', async () => {
    const quick = await serveApi(opened.ledger, { limits: { recheckMs: 200 } });
    try {
      const key = await keyFor(opened.ledger, 'read');
      const headers = { authorization: `Bearer ${key}` };
      const listening = hear(`${quick.url}/events?after=latest`, headers, () => false);
      await wait(300);
      await revokeApiKey(opened.ledger, 'read', opened.ledger.now());
      await keyFor(opened.ledger, 'admin');
      expect(await listening).toMatchObject({ status: 200, ended: true });
    } finally {
      await quick.close();
    }
  });

  it('is one feed on two servers of one ledger', async () => {
    const other = await opened.reopen();
    const two = await serveApi(other);
    try {
      const from = async (url: string, query: string) => (await ask(url, `/events?${query}`)).body;
      const { next } = await from(served.url, 'after=latest');
      const waiting = [served.url, two.url].map((url) =>
        from(url, `wait=20&after=${String(next)}`),
      );
      const streaming = hear(
        `${two.url}/events?after=latest`,
        {},
        (said) => dataOf(said).length === 1,
      );
      await wait(300);
      await tell(opened.ledger, 'a');
      for (const body of await Promise.all(waiting)) expect(reasonsOf(body)).toEqual(['a']);
      expect(dataOf((await streaming).said).map(({ reason }) => reason)).toEqual(['a']);
      await tell(other, 'b');
      const all = await from(served.url, `after=${String(next)}`);
      expect(reasonsOf(all)).toEqual(['a', 'b']);
      expect(await from(two.url, `after=${String(next)}`)).toEqual(all);
    } finally {
      await two.close();
    }
  });
});
