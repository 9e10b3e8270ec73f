import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../core/delivery';
import { catchUp, keepCaughtUp } from '../../../worker/campaign/catch-up';
import { readAnswers } from '../../../worker/cli/answers';
import type { Connection } from '../../../worker/engine/connect';
import {
  control,
  createCampaign,
  inboundAccounts,
  type Ledger,
  results,
  suppressedAmong,
  takePoll,
} from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { REHEARSALS } from '../../../worker/sandbox/rehearsals';
import { accountOf, answering, connectTo, runWhile } from '../../support/answering';
import { onBothLedgers, phone, running, type TestLedger, testLedger } from '../../support/ledger';
import { told } from '../../support/told';
import { until } from '../../support/until';

onBothLedgers('a STOP that is polled while the campaign runs', (open) => {
  let place: TestLedger;
  let ledger: Ledger;
  let sandbox: Sandbox;
  beforeEach(async () => {
    place = await open();
    ledger = place.ledger;
    sandbox = await startSandbox({ pivotcx: { listsMessages: true } });
  });
  afterEach(async () => {
    await sandbox.close();
    await place.close();
  });

  it.each(['chatwoot', 'bevatel', 'bird', 'pivotcx'] as const)(
    'from %s keeps that person’s message back, and nobody else’s',
    async (platform) => {
      const connection = await connectTo(ledger, accountOf(sandbox, platform));
      const scene = await answering({ sandbox, ledger, connection }, platform);
      const { campaign, addresses } = scene;
      const inboxId = REHEARSALS[platform].inbox;
      const [other, stopped] = addresses.slice(-2) as [string, string];
      // PivotCX hears only whom it knows.
      const inbox = (await connection.provider.listInboxes()).find(({ id }) => id === inboxId);
      for (const [n, value] of [other, stopped].entries()) {
        const profile = { firstName: 'Ada', lastName: `Person${addresses.length - 2 + n}` };
        await connection.provider.ensureContact({ kind: 'phone', value }, profile, inbox as never);
      }
      let over = false;
      const kept = keepCaughtUp({
        ledger: await place.reopen(),
        providerOf: () => Promise.resolve(connection.provider),
        everyMs: 100,
        stopping: () => over,
      });
      await runWhile(scene, async () => {
        sandbox.reply({ platform, address: other, text: 'When do you open?', inboxId });
        sandbox.reply({ platform, address: stopped, text: 'unsubscribe', inboxId });
        const is = async () => (await suppressedAmong(ledger, 'desk', [stopped])).size === 1;
        await until('it is in the ledger', is);
      });
      over = true;
      await kept;
      const expected = addresses.slice(0, -1).map((address) => [address, 1]);
      expect([...sandbox.accepted()].toSorted()).toEqual(expected.toSorted());
      expect((await results(ledger, campaign.id, { limit: 100 })).at(-1)).toMatchObject({
        state: 'skipped',
        reason: 'suppressed',
      });
      await connection.close();
    },
  );
});

describe('a poll', () => {
  let place: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    place = await testLedger();
    ledger = place.ledger;
  });
  afterEach(() => place.close());

  /** A platform that tells these pages, each once asked; an error ends it. */
  function telling(...pages: (readonly DeliveryEvent[] | Error)[]) {
    const asked: { since: number; until: number }[] = [];
    return {
      asked,
      async *catchUp(since: number, until: number) {
        asked.push({ since, until });
        for (const page of pages) {
          if (page instanceof Error) throw page;
          yield await Promise.resolve(page);
        }
      },
    };
  }
  const stop = (n: number) => told('replied', { to: phone(n), text: 'STOP' });
  const suppressed = async () =>
    [...(await suppressedAmong(ledger, 'desk', [0, 1, 2].map(phone)))].toSorted();
  const once = (provider: ReturnType<typeof telling> | object, more = {}) =>
    catchUp({ ledger, account: 'desk', provider, everyMs: 0, ...more });

  it('goes on from where the last one ended, with an overlap, and asks for a day at first', async () => {
    const platform = telling([stop(0)]);
    const before = Date.now();
    expect(await once(platform)).toBe('asked');
    expect(await once(platform)).toBe('asked');
    const [first, second] = platform.asked as [{ since: number; until: number }, { since: number }];
    expect(first.since).toBeLessThanOrEqual(before - 24 * 3_600_000);
    expect(second.since).toBe(first.until - 120_000);
    expect(await suppressed()).toEqual([phone(0)]);
  });

  it('of two at once is one, and none comes too soon', async () => {
    const platform = telling([stop(0)]);
    const all = await Promise.all([
      once(platform, { everyMs: 60_000 }),
      once(platform, { everyMs: 60_000 }),
    ]);
    expect(all.toSorted()).toEqual(['asked', 'not_due']);
    expect(await once(platform, { everyMs: 60_000 })).toBe('not_due');
    expect(platform.asked).toHaveLength(1);
  });

  it('that breaks off keeps what came before, says why in a code, and asks again from the same moment', async () => {
    const troubles: string[] = [];
    const broken = telling([stop(0)], new Error(`about ${phone(1)}`));
    const onTrouble = (account: string, code: string) => void troubles.push(`${account}: ${code}`);
    expect(await once(broken, { onTrouble })).toBe('failed');
    expect(await suppressed()).toEqual([phone(0)]);
    expect(troubles).toEqual(['desk: internal']);
    // Others wait for a while, so that a platform in trouble is not asked by everybody in turn.
    expect(await once(broken)).toBe('not_due');
    await ledger.db.updateTable('polls').set({ until: 0 }).execute();
    const again = telling([stop(1)]);
    expect(await once(again)).toBe('asked');
    expect(again.asked[0]?.since).toBe(broken.asked[0]?.since);
    expect(await suppressed()).toEqual([phone(0), phone(1)]);
  });

  it('is let go between two pages by a process that is to end, and taken up by the next one at once', async () => {
    let pages = 0;
    const platform = {
      async *catchUp() {
        for (;;) {
          pages += 1;
          yield await Promise.resolve([stop(0)]);
        }
      },
    };
    expect(await once(platform, { stopping: () => pages >= 2 })).toBe('failed');
    expect(pages).toBe(2);
    const turn = await takePoll(ledger, 'desk', 'x', {
      now: ledger.now(),
      leaseMs: 1_000,
      everyMs: 0,
    });
    expect(turn).not.toBeNull();
  });

  it('keeps its turn while a page takes the platform long', async () => {
    const held = async () =>
      (await ledger.db.selectFrom('polls').select('until').executeTakeFirstOrThrow()).until;
    let before = 0;
    let after = 0;
    const platform = {
      async *catchUp() {
        before = await held();
        await wait(6_000);
        after = await held();
        yield [];
      },
    };
    expect(await once(platform)).toBe('asked');
    expect(after - before).toBeGreaterThan(4_000);
  });

  it('is told as a trouble when another process has the turn by then', async () => {
    const troubles: string[] = [];
    const platform = {
      async *catchUp() {
        await ledger.db.updateTable('polls').set({ holder: 'another' }).execute();
        yield await Promise.resolve([stop(0)]);
      },
    };
    const onTrouble = (_account: string, code: string) => troubles.push(code);
    expect(await once(platform, { onTrouble })).toBe('failed');
    expect(troubles).toEqual(['turn_lost']);
  });

  it('is none where the platform tells nothing later', async () => {
    expect(await once({})).toBe('none');
  });

  it('is made for accounts whose people may answer, and one in trouble keeps no other one out', async () => {
    const now = Date.now();
    await running(ledger, 'now', 1, now);
    for (const [account, name, ended] of [
      ['lately', 'a', now - 6 * 86_400_000],
      ['long-ago', 'b', now - 8 * 86_400_000],
    ] as const) {
      const { id } = await running(ledger, name, 1, ended);
      await control(ledger, name, { action: 'cancel' }, ended);
      await ledger.db.updateTable('campaigns').set({ account }).where('id', '=', id).execute();
    }
    const made = {
      name: 'read-in',
      kind: 'list',
      account: 'fresh',
      spec: '{}',
      inbox: '{}',
    } as const;
    await createCampaign(ledger, made, now);
    expect(await inboundAccounts(ledger.db, now)).toEqual(['desk', 'fresh', 'lately']);
    await control(ledger, 'read-in', { action: 'cancel' }, now - 8 * 86_400_000);
    const platform = telling([stop(0)]);
    const troubles: string[] = [];
    let over = false;
    const kept = keepCaughtUp({
      ledger,
      providerOf: (account) =>
        account === 'desk' ? Promise.resolve(platform) : Promise.reject(new Error('no key')),
      everyMs: 20,
      stopping: () => over,
      onTrouble: (account, code) => void troubles.push(`${account}: ${code}`),
    });
    await until('both were tried', () => platform.asked.length > 2 && troubles.length > 2);
    over = true;
    await kept;
    expect([...new Set(troubles)]).toEqual(['lately: internal']);
  });
});

describe('a campaign that is run from a terminal', () => {
  let place: TestLedger;
  let ledger: Ledger;
  const notes: string[] = [];
  beforeEach(async () => {
    place = await testLedger();
    ledger = place.ledger;
    notes.length = 0;
  });
  afterEach(() => place.close());

  const read = (catchUpOf: Connection['provider']['catchUp'] | undefined, stopping = () => false) =>
    readAnswers({
      ledger,
      connection: {
        account: { name: 'desk' },
        provider: catchUpOf === undefined ? {} : { catchUp: catchUpOf },
      } as unknown as Connection,
      stopping,
      view: { note: (line) => void notes.push(line) },
      everyMs: 30,
    });

  it('waits for what was answered before it, and asks again and again while it runs', async () => {
    let asked = 0;
    const answers = read(async function* () {
      asked += 1;
      yield await Promise.resolve([told('replied', { to: phone(asked), text: 'STOP' })]);
    });
    await answers.first;
    expect((await suppressedAmong(ledger, 'desk', [phone(1)])).size).toBe(1);
    await until('it is asked again', () => asked >= 3);
    await answers.end();
    const before = asked;
    await new Promise((go) => setTimeout(go, 100));
    expect(asked).toBe(before);
    expect(notes).toEqual([]);
  });

  it('says once that it could not, and begins', async () => {
    const answers = read(async function* () {
      yield await Promise.reject(new Error(`about ${phone(1)}`));
    });
    await answers.first;
    await answers.end();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('(internal)');
    expect(notes[0]).not.toContain('+1');
  });

  it('does not wait where it is interrupted, or the platform tells nothing', async () => {
    let stopping = false;
    const never = read(
      async function* () {
        await new Promise((go) => setTimeout(go, 300));
        yield [];
      },
      () => stopping,
    );
    stopping = true;
    await never.first;
    await never.end();
    await read(undefined).first;
    expect(notes).toEqual([]);
  });
});
