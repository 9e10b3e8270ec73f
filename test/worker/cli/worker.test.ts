import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { emit, findCampaign, type Ledger, openLedger, tally } from '../../../worker/ledger';
import { postgresTestLedger, type TestLedger } from '../../support/ledger';
import { campaignYaml, listOf, openPlace, type Place, UNLIMITED, until } from './fixture';

const ROWS = 600;
const FAST = ['--lease-ms', '1500', '--in-flight', '8'];

let place: Place;
let shared: TestLedger | null = null;
let ledger: Ledger;
let where: string;

/** A folder with a campaign of 600 people, and its ledger. */
async function open(kind: 'sqlite' | 'postgres', more: Readonly<Record<string, string>> = {}) {
  place = await openPlace({ account: UNLIMITED, sandbox: { latencyMs: 40, seed: 3 } });
  place.write('list.csv', listOf(ROWS));
  place.write('spring.campaign.yaml', campaignYaml({ parallel: '2', ...more }));
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

const worker = () => place.start('worker', '--ledger', where, '--json', ...FAST);
const start = () =>
  place.start('start', 'spring.campaign.yaml', '--ledger', where, '--json', ...FAST);
const state = async () => (await findCampaign(ledger.db, 'spring'))?.state;
const finished = (ms = 60_000) =>
  until('the campaign is finished', async () => (await state()) === 'finished', ms);

async function nobodyLostNobodyTwice(): Promise<void> {
  const campaign = await findCampaign(ledger.db, 'spring');
  const { counts } = await tally(ledger.db, campaign?.id ?? 0);
  const { accepted, doubles } = place.sandbox.summary();
  expect({ sent: counts.sent, accepted, doubles }).toEqual({
    sent: ROWS,
    accepted: ROWS,
    doubles: 0,
  });
}

const kinds =
  'url' in inject('postgres') ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const);

describe.each(kinds)('workers on one ledger (%s)', (kind) => {
  it('share a campaign: one drives it, the other runs a slice of it', async () => {
    await open(kind);
    const workers = [worker(), worker()];
    await until('both are there', () => workers.every(({ text }) => text().includes('"ready"')));
    expect((await start().ended).exit).toBe(0);
    const holders = async (): Promise<string[]> => {
      const rows = await sql<{ holder: string }>`
        select distinct holder from leases where kind = 'slice'`.execute(ledger.db);
      return rows.rows.map(({ holder }) => holder);
    };
    await until('both run a slice', async () => (await holders()).length === 2, 20_000);
    await finished();
    await nobodyLostNobodyTwice();
  }, 90_000);

  it('drop old events where nobody serves', async () => {
    await open(kind);
    const at = Date.now() - 8 * 86_400_000;
    await ledger.db.transaction().execute((trx) => emit(trx, [{ type: 'replied' }], at));
    worker();
    const left = async () => (await sql`select 1 from events`.execute(ledger.db)).rows.length;
    await until('it is swept', async () => (await left()) === 0, 20_000);
  }, 60_000);

  it('take over from one that is killed', async () => {
    await open(kind);
    const first = worker();
    await start().ended;
    await until('requests are in flight', () => place.sandbox.summary().deliversInFlight > 4);
    first.child.kill('SIGKILL');
    worker();
    await finished();
    await nobodyLostNobodyTwice();
  }, 90_000);

  it('finish what is on its way at SIGTERM, and leave the campaign running for the next one', async () => {
    await open(kind);
    const first = worker();
    await start().ended;
    await until('some are sent', () => place.sandbox.summary().accepted > 50);
    first.child.kill('SIGTERM');
    const { exit } = await first.ended;
    expect(exit).toBe(0);
    expect(place.sandbox.summary().deliversInFlight).toBe(0);
    expect(await state()).toBe('running');
    const campaign = await findCampaign(ledger.db, 'spring');
    const { counts } = await tally(ledger.db, campaign?.id ?? 0);
    expect({ claimed: counts.claimed, sending: counts.sending }).toEqual({
      claimed: 0,
      sending: 0,
    });
    worker();
    await finished();
    await nobodyLostNobodyTwice();
  }, 90_000);

  it('read on and start what a dead start had begun', async () => {
    await open(kind);
    const dead = start();
    await until('the campaign is written down', async () => (await state()) !== undefined);
    dead.child.kill('SIGKILL');
    await dead.ended;
    worker();
    await finished();
    await nobodyLostNobodyTwice();
  }, 90_000);
});

if ('missing' in inject('postgres')) {
  it.skip('workers on one ledger (postgres): no server', () => undefined);
}
