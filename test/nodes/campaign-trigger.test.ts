import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CampaignRunnerApi } from '../../credentials/CampaignRunnerApi.credentials';
import { CampaignTrigger } from '../../nodes/CampaignTrigger/CampaignTrigger.node';
import { emit, type NewEvent, sweepEvents } from '../../worker/ledger';
import { running, type TestLedger, testLedger } from '../support/ledger';
import { loadPoller, type Poller, pollerOf } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { keyFor, type Served, serveApi } from '../worker/api/frame-fixture';

/** The trigger in n8n's own poll context, over n8n's own HTTP client, at a real feed. */
const DAY = 86_400_000;
let opened: TestLedger;
let served: Served;
let key: string;
beforeEach(async () => {
  opened = await testLedger();
  key = await keyFor(opened.ledger, 'read');
  served = await serveApi(opened.ledger);
});
afterEach(async () => {
  await served.close();
  await opened.close();
});

async function tell(reason: string, more: Partial<NewEvent> = {}, at = opened.ledger.now()) {
  const event = { type: 'opted_out', account: 'desk', reason, ...more } as const;
  await opened.ledger.db.transaction().execute((trx) => emit(trx, [event], at));
}

const locator = (value: string) => ({ __rl: true, mode: 'name', value });

function trigger(parameters: INodeParameters = {}, kept?: IDataObject, url = served.url): Poller {
  return pollerOf(new CampaignTrigger(), new CampaignRunnerApi(), {
    parameters: { events: ['replied', 'opted_out'], ...parameters },
    credentials: { baseUrl: url, apiKey: key },
    ...(kept && { kept }),
  });
}

const reasons = (items: readonly { json: IDataObject }[] | null): string[] =>
  (items ?? []).map(({ json }) => json['reason'] as string);

describe('Campaign Trigger', () => {
  it('begins with what happens after it was activated', async () => {
    await tell('before');
    const it_ = trigger();
    expect(await it_.poll()).toBeNull();
    await tell('between');
    expect(reasons(await it_.poll())).toEqual(['between']);
    expect(await it_.poll()).toBeNull();
  });

  it('gives an item for each event, as the feed has it', async () => {
    const it_ = trigger({ events: ['started', 'opted_out'] });
    await it_.poll();
    await running(opened.ledger, 'spring', 1, opened.ledger.now());
    const [item] = (await it_.poll()) ?? [];
    expect(item?.json).toMatchObject({
      ...{ type: 'started', reason: null, recipient: null, told: null, gap: null },
      campaign: { name: 'spring', kind: 'list' },
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      cursor: expect.stringMatching(/^[0-9a-f]{16}\.\d+$/) as string,
    });
  });

  it('misses nothing and gives nothing twice over many polls, while events are written', async () => {
    const it_ = trigger({ options: { maxEvents: 7 } });
    await it_.poll();
    let written = 0;
    let writing = true;
    const writer = (async () => {
      for (; written < 300; written += 1) {
        await tell(String(written));
        // What nobody asked for is in between.
        if (written % 3 === 0) await tell('noise', { type: 'delivered' });
      }
      writing = false;
    })();
    const got: string[] = [];
    for (let empty = 0; empty < 2; ) {
      const items = await it_.poll();
      expect(items?.length ?? 0).toBeLessThanOrEqual(7);
      got.push(...reasons(items));
      empty = items === null && !writing ? empty + 1 : 0;
    }
    await writer;
    expect(got).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
  });

  it('takes several pages in one poll', async () => {
    const it_ = trigger({ options: { maxEvents: 2_500 } });
    await it_.poll();
    const many = Array.from({ length: 2_600 }, (_, n) => ({
      ...{ type: 'opted_out' as const, account: 'desk', reason: String(n) },
    }));
    await opened.ledger.db.transaction().execute((trx) => emit(trx, many, opened.ledger.now()));
    expect(await it_.poll()).toHaveLength(2_500);
    expect(await it_.poll()).toHaveLength(100);
  });

  it('goes on after a restart where it was', async () => {
    const before = trigger();
    await before.poll();
    await tell('a');
    expect(reasons(await before.poll())).toEqual(['a']);
    await tell('b');
    const after = trigger({}, before.kept());
    expect(reasons(await after.poll())).toEqual(['b']);
  });

  it('begins anew for another campaign or account', async () => {
    const { ledger } = opened;
    const { id } = await running(ledger, 'spring', 1, ledger.now());
    const of = (parameters: INodeParameters, kept?: IDataObject) =>
      trigger({ events: ['opted_out'], ...parameters }, kept);
    const first = of({});
    await first.poll();
    await tell('mine', { campaignId: id });
    const other = of({ campaign: locator('spring') }, first.kept());
    expect(await other.poll()).toBeNull();
    await tell('others');
    await tell('mine again', { campaignId: id });
    expect(reasons(await other.poll())).toEqual(['mine again']);
    const account = of({ account: locator('sales') }, other.kept());
    expect(await account.poll()).toBeNull();
    await tell('desk');
    await tell('sales', { account: 'sales' });
    expect(reasons(await account.poll())).toEqual(['sales']);
  });

  it('begins a kind of event that is added with what happens from then on, and misses none of the others', async () => {
    const of = (events: string[], kept?: IDataObject) => trigger({ events }, kept);
    const now = opened.ledger.now();
    const first = of(['opted_out']);
    await first.poll();
    await tell('older', { type: 'replied' }, now - 3_000);
    await tell('kept back', {}, now - 2_000);
    await tell('older too', { type: 'replied' }, now - 1_000);
    const more = of(['opted_out', 'replied'], first.kept());
    expect(reasons(await more.poll())).toEqual(['kept back']);
    await tell('newer', { type: 'replied' }, now + 1_000);
    const restarted = of(['opted_out', 'replied'], more.kept());
    expect(reasons(await restarted.poll())).toEqual(['newer']);
    const less = of(['opted_out'], restarted.kept());
    expect(await less.poll()).toBeNull();
    // n8n does not store where a poll is that gives nothing.
    await tell('unseen', { type: 'replied' }, now + 2_000);
    const again = of(['opted_out', 'replied'], less.kept());
    expect(await again.poll()).toBeNull();
    await tell('seen', { type: 'replied' }, now + 3_000);
    expect(reasons(await again.poll())).toEqual(['seen']);
  });

  it('skips what is older of a kind that is added also where a poll takes a part of it', async () => {
    const of = (parameters: INodeParameters, kept?: IDataObject) =>
      trigger({ options: { maxEvents: 2 }, ...parameters }, kept);
    const now = opened.ledger.now();
    const first = of({ events: ['opted_out'] });
    await first.poll();
    for (let n = 0; n < 5; n += 1) await tell(`r${n}`, { type: 'replied' }, now - 3_000);
    for (let n = 0; n < 3; n += 1) await tell(`o${n}`, {}, now - 2_000);
    const more = of({ events: ['opted_out', 'replied'] }, first.kept());
    expect(reasons(await more.poll())).toEqual(['o0', 'o1']);
    expect(reasons(await more.poll())).toEqual(['o2']);
    expect(await more.poll()).toBeNull();
  });

  it('adds a kind of event with the next poll where the runner is away at this one', async () => {
    const first = trigger({ events: ['opted_out'] });
    await first.poll();
    await tell('kept back');
    const added = await flaky({ events: ['opted_out', 'replied'] }, 10, { kept: first.kept() });
    added.failAfter = 0;
    await expect(added.poller.poll()).rejects.toMatchObject({ httpCode: '503' });
    expect(added.poller.kept()).toEqual(first.kept());
    await tell('before it could be asked for', { type: 'replied' });
    added.failAfter = 100;
    expect(reasons(await added.poller.poll())).toEqual(['kept back']);
    await tell('from then on', { type: 'replied' }, opened.ledger.now() + 1_000);
    expect(reasons(await added.poller.poll())).toEqual(['from then on']);
    await added.close();
  });

  it('keeps its place when the address of the runner is written in another way', async () => {
    const first = trigger();
    await first.poll();
    await tell('a');
    const slash = trigger({}, first.kept(), `${served.url}/`);
    expect(reasons(await slash.poll())).toEqual(['a']);
    await tell('b');
    const host = trigger({}, slash.kept(), served.url.replace('127.0.0.1', 'localhost'));
    expect(reasons(await host.poll())).toEqual(['b']);
    // From then on that is its address: what is missed there is told.
    const { db } = opened.ledger;
    await db
      .updateTable('feed')
      .set({ epoch: 'f'.repeat(16) })
      .execute();
    await tell('c', {}, opened.ledger.now() + 5_000);
    const items = await host.poll();
    expect(items?.map(({ json }) => [json['reason'], json['gap']])).toEqual([
      ['c', expect.stringContaining('restored')],
    ]);
  });

  it('begins anew at another runner, with no word of what it missed there', async () => {
    const other = await testLedger();
    const elsewhere = await serveApi(other.ledger);
    try {
      const first = trigger();
      await first.poll();
      await tell('a');
      await first.poll();
      const theirs = await keyFor(other.ledger, 'read');
      const tellThere = (reason: string) =>
        other.ledger.db
          .transaction()
          .execute((trx) =>
            emit(trx, [{ type: 'opted_out', account: 'desk', reason }], other.ledger.now()),
          );
      await tellThere('before');
      const second = pollerOf(new CampaignTrigger(), new CampaignRunnerApi(), {
        parameters: { events: ['replied', 'opted_out'] },
        credentials: { baseUrl: elsewhere.url, apiKey: theirs },
        kept: first.kept(),
      });
      expect(await second.poll()).toBeNull();
      await tellThere('after');
      const items = await second.poll();
      expect(items?.map(({ json }) => [json['reason'], json['gap']])).toEqual([['after', null]]);
    } finally {
      await elsewhere.close();
      await other.close();
    }
  });

  it('goes on at the oldest event that is kept when its place is too old, and says so once', async () => {
    const now = opened.ledger.now();
    await tell('before', {}, now - 10 * DAY);
    const it_ = trigger();
    await it_.poll();
    await tell('given', {}, now - 9 * DAY);
    expect(reasons(await it_.poll())).toEqual(['given']);
    await tell('lost', {}, now - 8 * DAY);
    await tell('kept');
    await tell('kept too');
    await sweepEvents(opened.ledger, opened.ledger.now());
    const items = await it_.poll();
    expect(reasons(items)).toEqual(['kept', 'kept too']);
    expect(items?.map(({ json }) => json['gap'])).toEqual([
      expect.stringContaining(new Date(Math.ceil(now - 9 * DAY)).toISOString()),
      null,
    ]);
    await tell('after');
    const [after] = (await it_.poll()) ?? [];
    expect(after?.json).toMatchObject({ reason: 'after', gap: null });
  });

  it.each(['with', 'without'])(
    'gives nothing from before its activation after a restore, %s events at that time',
    async (which) => {
      const { db } = opened.ledger;
      const now = opened.ledger.now();
      if (which === 'with') await tell('before', {}, now - 5_000);
      const it_ = trigger();
      expect(await it_.poll()).toBeNull();
      if (which === 'without') await tell('long before, in the backup', {}, now - 5_000);
      await db
        .updateTable('feed')
        .set({ epoch: 'f'.repeat(16) })
        .execute();
      await tell('after the restore', {}, opened.ledger.now() + 5_000);
      const items = await it_.poll();
      expect(reasons(items)).toEqual(['after the restore']);
      expect(items?.[0]?.json['gap']).toContain('restored');
    },
  );

  it('tells of a restore also where the address got a slash at its end since', async () => {
    const first = trigger();
    await first.poll();
    const { db } = opened.ledger;
    await db
      .updateTable('feed')
      .set({ epoch: 'f'.repeat(16) })
      .execute();
    await tell('after the restore', {}, opened.ledger.now() + 5_000);
    const items = await trigger({}, first.kept(), ` ${served.url}// `).poll();
    expect(items?.map(({ json }) => [json['reason'], json['gap']])).toEqual([
      ['after the restore', expect.stringContaining('restored')],
    ]);
  });

  it('gives nothing twice after the ledger was restored from a backup, and misses nothing that came after', async () => {
    const it_ = trigger();
    await it_.poll();
    const now = opened.ledger.now();
    await tell('in the backup', {}, now - 3_000);
    await tell('after the backup', {}, now - 2_000);
    expect(reasons(await it_.poll())).toHaveLength(2);
    const { db } = opened.ledger;
    const { last } = await db.selectFrom('feed').select('last').executeTakeFirstOrThrow();
    await db.deleteFrom('events').where('position', '=', last).execute();
    await db
      .updateTable('feed')
      .set({ epoch: 'f'.repeat(16), last: last - 1 })
      .execute();
    // A position that stood for another event before.
    await tell('after the restore');
    const items = await it_.poll();
    expect(reasons(items)).toEqual(['after the restore']);
    expect(items?.[0]?.json['gap']).toContain('restored');
    expect(await it_.poll()).toBeNull();
  });

  it('keeps that it has to begin anew, and why, when the page after that fails', async () => {
    const other = await testLedger();
    const elsewhere = await serveApi(other.ledger);
    const it_ = await flaky({}, 1);
    try {
      await it_.poller.poll();
      const now = opened.ledger.now();
      await tell('a', {}, now);
      await tell('b', {}, now + 1_000);
      // The second page finds another ledger, and the third nobody.
      it_.failAfter = 2;
      it_.meanwhile = async (left) => {
        if (left > 0) return;
        const { db } = opened.ledger;
        await db
          .updateTable('feed')
          .set({ epoch: 'f'.repeat(16) })
          .execute();
      };
      expect(reasons(await it_.poller.poll())).toEqual(['a']);
      it_.meanwhile = async () => undefined;
      it_.failAfter = 100;
      const kept = it_.poller.kept();
      const items = await it_.poller.poll();
      expect(items?.map(({ json }) => [json['reason'], json['gap']])).toEqual([
        ['b', expect.stringContaining('restored')],
      ]);
      // At another runner that is no place at all.
      const event = { type: 'opted_out', account: 'desk', reason: 'theirs' } as const;
      const later = now + 2_000;
      await other.ledger.db.transaction().execute((trx) => emit(trx, [event], later));
      const moved = pollerOf(new CampaignTrigger(), new CampaignRunnerApi(), {
        parameters: { events: ['opted_out'] },
        credentials: { baseUrl: elsewhere.url, apiKey: await keyFor(other.ledger, 'read') },
        kept,
      });
      expect(await moved.poll()).toBeNull();
    } finally {
      await it_.close();
      await elsewhere.close();
      await other.close();
    }
  });

  it('shows the latest in the editor, and leaves its place alone', async () => {
    for (const n of ['a', 'b', 'c', 'd', 'e', 'f']) await tell(n);
    await tell('noise', { type: 'delivered' });
    const it_ = trigger();
    await it_.poll();
    await tell('g');
    const kept = it_.kept();
    expect(reasons(await it_.poll('manual'))).toEqual(['c', 'd', 'e', 'f', 'g']);
    expect(it_.kept()).toEqual(kept);
    expect(reasons(await it_.poll())).toEqual(['g']);
  });

  it('says in the editor that there is nothing to show', async () => {
    await tell('noise', { type: 'delivered' });
    await expect(trigger().poll('manual')).rejects.toThrow(
      'None of these events has happened in the last seven days',
    );
  });

  it('refuses to wait for nothing, and for a campaign that is not there', async () => {
    await expect(trigger({ events: [] }).poll()).rejects.toThrow("'Trigger On' is empty");
    await expect(trigger({ campaign: locator('summer') }).poll()).rejects.toMatchObject({
      httpCode: '404',
      message: expect.stringContaining('summer') as string,
    });
  });

  it('loses nothing by a poll at which the runner was away', async () => {
    const it_ = trigger();
    await it_.poll();
    await tell('a');
    const { port } = new URL(served.url);
    await served.close();
    await expect(it_.poll()).rejects.toThrow(/^The runner is not reachable at http:\/\/127/);
    served = await serveApi(opened.ledger);
    const back = createServer((request, response) => {
      void fetch(`${served.url}${request.url ?? ''}`, {
        headers: { authorization: request.headers.authorization ?? '' },
      }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => back.listen(Number(port), '127.0.0.1', resolve));
    try {
      expect(reasons(await it_.poll())).toEqual(['a']);
    } finally {
      await new Promise((resolve) => back.close(resolve));
    }
  });

  it('gives out what it has when a later page fails, and the rest with the next poll', async () => {
    const it_ = await flaky({ options: { maxEvents: 3 } }, 2);
    await it_.poller.poll();
    for (const n of ['a', 'b', 'c']) await tell(n);
    it_.failAfter = 1;
    expect(reasons(await it_.poller.poll())).toEqual(['a', 'b']);
    it_.failAfter = 100;
    expect(reasons(await it_.poller.poll())).toEqual(['c']);
    await it_.close();
  });

  it('leaves a long wait to the next poll', async () => {
    const it_ = await flaky({}, 2, { wait: '60' });
    it_.failAfter = 0;
    const began = performance.now();
    await expect(it_.poller.poll()).rejects.toMatchObject({
      ...{ httpCode: '503', context: { code: 'unexpected_response' } },
    });
    expect(performance.now() - began).toBeLessThan(3_000);
    await it_.close();
  });

  it('does not begin a poll while the one before goes on', async () => {
    const it_ = trigger();
    await it_.poll();
    await tell('a');
    const both = await Promise.all([it_.poll(), it_.poll()]);
    expect(both.flatMap(reasons)).toEqual(['a']);
  });
});

/** A trigger at a feed whose pages have so many events, and that is away after some answers. */
async function flaky(
  parameters: INodeParameters,
  perPage: number,
  { wait = '0', kept }: { wait?: string; kept?: IDataObject } = {},
) {
  const it_ = {
    failAfter: 100,
    /** Before each answer, with how many are left. */
    meanwhile: async (_left: number) => undefined as unknown,
    poller: trigger(parameters),
    close: async () => undefined as unknown,
  };
  const front = createServer((request, response) => {
    it_.failAfter -= 1;
    if (it_.failAfter < 0) {
      response
        .writeHead(503, { 'content-type': 'application/json', 'retry-after': wait })
        .end('{}');
      return;
    }
    const url = (request.url ?? '').replace(/limit=\d+/, `limit=${perPage}`);
    const headers = { authorization: request.headers.authorization ?? '' };
    void it_.meanwhile(it_.failAfter).then(async () => {
      const answer = await fetch(`${served.url}${url}`, { headers });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as AddressInfo;
  it_.poller = trigger(parameters, kept, `http://127.0.0.1:${port}`);
  it_.close = () => new Promise((resolve) => front.close(resolve));
  return it_;
}

describe('Campaign Trigger of the package', () => {
  let installed: InstalledPackage;
  beforeAll(() => {
    installed = installPackage();
  });
  afterAll(() => installed.remove());

  it('does the same', async () => {
    const load = await loadPoller(installed.folder, 'campaignTrigger', 'campaignRunnerApi');
    const credentials = { baseUrl: served.url, apiKey: key };
    const poller = load({ parameters: {}, credentials });
    expect(await poller.poll()).toBeNull();
    await tell('a');
    await tell('noise', { type: 'delivered' });
    expect(reasons(await poller.poll())).toEqual(['a']);
    expect(reasons(await load({ parameters: {}, credentials }).poll('manual'))).toEqual(['a']);
  });
});
