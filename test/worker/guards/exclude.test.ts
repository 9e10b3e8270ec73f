import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { campaignOf } from '../../../worker/campaign/campaign-file';
import { createFromFile } from '../../../worker/campaign/from-file';
import { importList } from '../../../worker/campaign/import-list';
import { spool } from '../../../worker/campaign/spool';
import { runEmbedded } from '../../../worker/engine/embedded';
import {
  type Campaign,
  type Claimed,
  claim,
  control,
  createCampaign,
  type Exclusion,
  excludedAmong,
  importRecipients,
  type Ledger,
  results,
  seal,
} from '../../../worker/ledger';
import { startSandbox } from '../../../worker/sandbox';
import { connectSandbox, people, campaignOf as startedOf, toRun } from '../../support/campaign';
import {
  counted,
  onBothLedgers,
  phone,
  recount,
  running,
  sliceOf,
  type TestLedger,
  testLedger,
  worker,
} from '../../support/ledger';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const ALL = Array.from({ length: 8 }, (_, n) => phone(n));

onBothLedgers('who another campaign has reached', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const before = (ms: number, name = 'winter', n = 8) => running(ledger, name, n, NOW - ms);
  const spring = { name: 'spring', account: 'desk' };
  const excluded = async (exclusion: Partial<Exclusion>, of = spring) =>
    Object.fromEntries(
      await excludedAmong(
        ledger.db,
        of,
        { campaigns: null, withinMs: null, ...exclusion },
        ALL,
        NOW,
      ),
    );

  /** Sends the campaign's first two; one is answered, the other one's answer stays out. */
  async function sendTwo(campaign: Campaign, at: number) {
    const one = await worker(ledger, campaign, at);
    const rows = await one.claim(2, at);
    await one.gate(rows, at);
    const [first] = rows as [Claimed];
    await one.land(
      [{ seq: first.seq, attemptId: one.attempt() - 1, to: 'sent', result: 'accepted' }],
      at,
    );
    return one;
  }

  it('is who was sent to, and who may have been; nobody else of its list', async () => {
    const winter = await before(DAY);
    const one = await sendTwo(winter, NOW - DAY);
    expect(await excluded({ campaigns: ['winter'] })).toEqual({
      [phone(0)]: 'got a message from winter',
      [phone(1)]: 'may have got a message from winter',
    });
    await one.land(
      [
        {
          seq: 1,
          attemptId: one.attempt(),
          to: 'unknown',
          reason: 'lost_answer',
          result: 'unclear',
        },
      ],
      NOW,
    );
    expect(Object.keys(await excluded({ campaigns: ['winter'] }))).toEqual([phone(0), phone(1)]);
    const rest = await one.claim(3, NOW - DAY);
    await one.gate(rest, NOW - DAY);
    await one.land(
      rest.map(({ seq }, i) => ({
        seq,
        attemptId: one.attempt() - 2 + i,
        to: (['failed', 'skipped', 'pending'] as const)[i] ?? 'failed',
        result: 'refused' as const,
      })),
      NOW,
    );
    expect(Object.keys(await excluded({ campaigns: ['winter'] }))).toEqual([phone(0), phone(1)]);
  });

  it('counts messages from within the time only, by the moment of sending', async () => {
    await sendTwo(await before(31 * DAY, 'old'), NOW - 31 * DAY);
    await sendTwo(await before(30 * DAY, 'new'), NOW - 30 * DAY);
    // Whatever touches the rows later is no message.
    await ledger.db.updateTable('recipients').set({ updated_at: NOW }).execute();
    const [got, may] = ['got a message from', 'may have got a message from'];
    // The second one of the list is in work in the older one still: the newer one took the third.
    const newer = { [phone(0)]: `${got} new`, [phone(2)]: `${may} new` };
    const older = { [phone(0)]: `${got} old`, [phone(1)]: `${may} old` };
    expect(await excluded({ withinMs: 30 * DAY })).toEqual(newer);
    expect(await excluded({ withinMs: 30 * DAY - 1 })).toEqual({});
    expect(await excluded({ campaigns: ['old'], withinMs: 30 * DAY })).toEqual({});
    expect(await excluded({ campaigns: ['old'], withinMs: 31 * DAY })).toEqual(older);
    expect(await excluded({ campaigns: ['old', 'new'] })).toEqual({ ...older, ...newer });
  });

  it('what a cancelled campaign has sent counts like any other, by its own time', async () => {
    await sendTwo(await before(2 * DAY), NOW - 2 * DAY);
    await control(ledger, 'winter', { action: 'cancel' }, NOW - 2 * DAY);
    expect(await excluded({ withinMs: DAY })).toEqual({});
    expect(Object.keys(await excluded({ withinMs: 2 * DAY }))).toHaveLength(2);
  });

  it('without names: every list campaign of the account, and only of that', async () => {
    const winter = await before(DAY);
    await sendTwo(winter, NOW - DAY);
    expect(Object.keys(await excluded({ withinMs: 2 * DAY }))).toHaveLength(2);
    expect(await excluded({ withinMs: 2 * DAY }, { name: 'spring', account: 'other' })).toEqual({});
    // By name another account's counts too.
    expect(
      Object.keys(await excluded({ campaigns: ['winter'] }, { name: 'spring', account: 'other' })),
    ).toHaveLength(2);
    expect(await excluded({ withinMs: 2 * DAY }, { name: 'winter', account: 'desk' })).toEqual({});
  });

  describe('at the claim', () => {
    const EXCLUDE: Exclusion = { campaigns: ['winter'], withinMs: null };
    const take = async (campaign: Campaign, limit: number, exclusion: Exclusion | null = EXCLUDE) =>
      claim(ledger, campaign, '1', await sliceOf(ledger, campaign.id, NOW), limit, NOW, exclusion);

    it('is skipped in the same commit, with the counters kept true', async () => {
      const campaign = await running(ledger, 'spring', 4, NOW);
      await sendTwo(await running(ledger, 'winter', 4, NOW), NOW);
      // The second one is in work in the other campaign still, so nobody claims it here.
      expect((await take(campaign, 10)).map(({ address }) => address)).toEqual([
        phone(2),
        phone(3),
      ]);
      const rows = await results(ledger, campaign.id, {});
      expect(rows.map(({ state, reason, detail }) => [state, reason, detail])).toEqual([
        ['skipped', 'excluded', 'got a message from winter'],
        ['pending', null, null],
        ['claimed', null, null],
        ['claimed', null, null],
      ]);
      expect(await counted(ledger, campaign.id)).toEqual({ skipped: 1, pending: 1, claimed: 2 });
      expect(await counted(ledger, campaign.id)).toEqual(await recount(ledger, campaign.id));
      const { n } = await ledger.db
        .selectFrom('counters')
        .select('n')
        .where('campaign_id', '=', campaign.id)
        .where('reason', '=', 'excluded')
        .executeTakeFirstOrThrow();
      expect(n).toBe(1);
    });

    it('goes on to the next ones when all of a block are excluded', async () => {
      const winter = await running(ledger, 'winter', 5, NOW);
      const one = await worker(ledger, winter, NOW);
      const rows = await one.claim(5, NOW);
      await one.gate(rows, NOW);
      await one.land(
        rows.map(({ seq }, i) => ({
          seq,
          attemptId: one.attempt() - 4 + i,
          to: 'sent' as const,
          result: 'accepted' as const,
        })),
        NOW,
      );
      const campaign = await running(ledger, 'spring', 7, NOW);
      expect((await take(campaign, 2)).map(({ address }) => address)).toEqual([phone(5)]);
      expect(await counted(ledger, campaign.id)).toEqual({ skipped: 5, claimed: 1, pending: 1 });
    });

    it('nobody is where the campaign excludes nobody', async () => {
      await sendTwo(await running(ledger, 'winter', 4, NOW), NOW);
      const campaign = await running(ledger, 'spring', 4, NOW);
      expect(await take(campaign, 10, null)).toHaveLength(3);
    });

    it('whoever is in work in two campaigns at once gets one message', async () => {
      const [a, b] = [await running(ledger, 'a', 30, NOW), await running(ledger, 'b', 30, NOW)];
      const each = { campaigns: null, withinMs: DAY };
      const send = async (campaign: Campaign) => {
        const one = await worker(ledger, campaign, NOW);
        for (let round = 0; round < 12; round += 1) {
          const rows = await claim(ledger, campaign, '1', one.lease, 3, NOW, each);
          const answers = await one.gate(rows, NOW);
          const last = one.attempt();
          await one.land(
            answers.map(({ seq }) => ({
              seq,
              attemptId: last - rows.length + 1 + rows.findIndex((row) => row.seq === seq),
              to: 'sent' as const,
              result: 'accepted' as const,
            })),
            NOW,
          );
        }
      };
      await Promise.all([send(a), send(b)]);
      const twice = await sql<{ address: string }>`
        select address from recipients where state = 'sent' group by address having count(*) > 1
      `.execute(ledger.db);
      expect(twice.rows).toEqual([]);
      for (const { id } of [a, b])
        expect(await counted(ledger, id)).toEqual(await recount(ledger, id));
    });
  });
});

describe('a list that is imported', () => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await testLedger();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  async function imported(exclude: unknown) {
    const folder = dirname(it_.where);
    const path = join(folder, 'list.csv');
    writeFileSync(path, `phone,name\n${[0, 1, 1, 2].map((n) => `${phone(n)},Ann\n`).join('')}`);
    const file = campaignOf(
      {
        name: 'spring',
        account: 'desk',
        inbox: '1',
        audience: { file: path, ...(exclude === undefined ? {} : { exclude }) },
        message: { text: 'Hi {{ name }}' },
      },
      'x',
    );
    const inbox = {
      id: '1',
      name: 'SMS',
      channel: 'sms' as const,
      addressKinds: ['phone' as const],
      text: true,
      template: false,
      replyWindow: false,
      lookup: true,
      facts: {},
    };
    const list = await spool(path, join(folder, 'spool'));
    const campaign = await createFromFile(ledger, { file, inbox, list }, Date.now());
    await importList(ledger, campaign, { clock: Date.now });
    return { campaign, rows: await results(ledger, campaign.id, {}) };
  }

  async function winter() {
    const campaign = await createCampaign(
      ledger,
      { name: 'winter', kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
      0,
    );
    const row = { row: 2, raw: phone(1), kind: 'phone' as const, address: phone(1) };
    await importRecipients(ledger, campaign, 0, [row], 0);
    await seal(ledger, campaign, 0);
    await control(ledger, 'winter', { action: 'start' }, 0);
    await ledger.db
      .updateTable('recipients')
      .set({ state: 'sent', updated_at: Date.now() })
      .execute();
  }

  it('has the excluded as skipped rows that keep nothing to send', async () => {
    await winter();
    const { campaign, rows } = await imported({ campaigns: ['winter'] });
    expect(rows.map(({ state, reason, detail }) => [state, reason, detail])).toEqual([
      ['pending', null, null],
      ['skipped', 'excluded', 'got a message from winter'],
      ['skipped', 'excluded', 'got a message from winter'],
      ['pending', null, null],
    ]);
    expect(await counted(ledger, campaign.id)).toEqual({ pending: 2, skipped: 2 });
    const row = await ledger.db
      .selectFrom('recipients')
      .select(['key', 'content', 'profile', 'address'])
      .where('campaign_id', '=', campaign.id)
      .where('seq', '=', 1)
      .executeTakeFirst();
    expect(row).toEqual({ key: null, content: null, profile: null, address: phone(1) });
  });

  it('is refused when it names a campaign that is not there, with the one that was meant', async () => {
    await winter();
    await expect(imported({ campaigns: ['wintr', 'nothing-like-it'] })).rejects.toMatchObject({
      problems: [
        'audience.exclude.campaigns: there is no campaign "wintr" in this ledger. Did you mean "winter"?',
        'audience.exclude.campaigns: there is no campaign "nothing-like-it" in this ledger. See: campaign list --all',
      ],
    });
    expect(await ledger.db.selectFrom('campaigns').select('name').execute()).toHaveLength(1);
  });

  it('excludes nobody when it does not say so', async () => {
    await winter();
    const { rows } = await imported(undefined);
    expect(rows.filter(({ reason }) => reason === 'excluded')).toEqual([]);
  });
});

it('a campaign under way leaves out whom another one has written to since its list was read', async () => {
  const sandbox = await startSandbox();
  const it_ = await testLedger();
  const { ledger } = it_;
  const connection = await connectSandbox(ledger, sandbox);
  const drive = async (campaign: Campaign) =>
    runEmbedded(await toRun(ledger, campaign, connection), {
      importList: () => Promise.resolve(),
      stopping: () => false,
      endWhenPaused: () => true,
    });
  const exclude = { campaigns: ['winter'], withinMs: null };
  const spring = await startedOf(ledger, connection, people(30), {
    name: 'spring',
    spec: { exclude },
  });
  const winter = await startedOf(ledger, connection, people(20), { name: 'winter' });
  expect(await drive(winter)).toBe('finished');
  expect(await drive(spring)).toBe('finished');
  expect(await counted(ledger, spring.id)).toEqual({ sent: 10, skipped: 20 });
  expect([...sandbox.accepted().values()].filter((n) => n > 1)).toEqual([]);
  expect(sandbox.accepted().size).toBe(30);
  await connection.close();
  await it_.close();
  await sandbox.close();
});
