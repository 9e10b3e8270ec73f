import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, inject } from 'vitest';
import {
  type Campaign,
  type Claimed,
  claim,
  commitGroup,
  control,
  createCampaign,
  type GateAnswer,
  importRecipients,
  isPostgresUrl,
  type Landing,
  type Lease,
  type Ledger,
  needCampaign,
  openLedger,
  openSlice,
  seal,
  tally,
} from '../../worker/ledger';
import { takingTurns } from './taking-turns';

export interface TestLedger {
  readonly ledger: Ledger;
  /** What another process would open the same ledger by. */
  readonly where: string;
  /** A second connection to the same ledger, as another process has it. */
  reopen(): Promise<Ledger>;
  close(): Promise<void>;
}

/** A new, empty ledger in a file of its own. */
export async function testLedger(): Promise<TestLedger> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-ledger-'));
  const remove = () => Promise.resolve(rmSync(folder, { recursive: true }));
  return opened(join(folder, 'ledger.db'), remove, takingTurns());
}

/** A new, empty ledger in a schema of its own of the test run's PostgreSQL. */
export async function postgresTestLedger(server: string): Promise<TestLedger> {
  const url = new URL(server);
  const schema = `test_${randomBytes(6).toString('hex')}`;
  url.searchParams.set('schema', schema);
  return opened(
    url.href,
    (ledger) =>
      sql`drop schema ${sql.ref(schema)} cascade`.execute(ledger.db).then(() => undefined),
    openLedger,
  );
}

async function opened(
  where: string,
  remove: (ledger: Ledger) => Promise<void>,
  openLedger: (where: string) => Promise<Ledger>,
): Promise<TestLedger> {
  const ledger = await openLedger(where);
  const others: Ledger[] = [];
  return {
    ledger,
    where,
    async reopen() {
      const again = await openLedger(where);
      others.push(again);
      return again;
    },
    async close() {
      for (const other of others) await other.close();
      if (isPostgresUrl(where)) await remove(ledger);
      await ledger.close();
      if (!isPostgresUrl(where)) await remove(ledger);
    },
  };
}

/** The same suite on a SQLite file and on a real PostgreSQL; where no server can be had, that half is skipped with the reason. */
export function onBothLedgers(
  name: string,
  suite: (open: () => Promise<TestLedger>) => void,
): void {
  describe(`${name} (SQLite)`, () => suite(testLedger));
  const server = inject('postgres');
  if ('url' in server) {
    describe(`${name} (PostgreSQL)`, () => suite(() => postgresTestLedger(server.url)));
  } else {
    describe.skip(`${name} (PostgreSQL): ${server.missing}`, () => suite(testLedger));
  }
}

/** Numbers of +1 202 555 0100 to 0199. */
export const phone = (n: number): string => `+120255501${String(n).padStart(2, '0')}`;

/** A running campaign of `n` people. */
export async function running(
  ledger: Ledger,
  name: string,
  n: number,
  now = 1_000,
): Promise<Campaign> {
  const campaign = await createCampaign(
    ledger,
    { name, kind: 'list', account: 'desk', spec: '{}', inbox: '{}' },
    now,
  );
  await importRecipients(
    ledger,
    campaign,
    0,
    Array.from({ length: n }, (_, i) => ({
      row: i + 2,
      raw: phone(i),
      kind: 'phone' as const,
      address: phone(i),
    })),
    now,
  );
  await seal(ledger, campaign, now);
  await control(ledger, name, { action: 'start' }, now);
  return needCampaign(ledger.db, name);
}

/** A slice's lease that nothing stands in the way of. */
export async function sliceOf(
  ledger: Ledger,
  campaignId: number,
  now: number,
  leaseMs = 10_000,
): Promise<Lease> {
  const lease = await openSlice(ledger, campaignId, { holder: 'test', now, leaseMs });
  if (lease === null) throw new Error('no slice may be opened');
  return lease;
}

/** One worker's hands on a campaign: a lease, and what is done under it. */
export async function worker(ledger: Ledger, campaign: Campaign, now: number, leaseMs = 10_000) {
  const lease = await sliceOf(ledger, campaign.id, now, leaseMs);
  let attempts = lease.id * 1000;
  const commit = (
    at: number,
    part: { landings?: Landing[]; gates?: Claimed[] },
  ): Promise<readonly GateAnswer[]> =>
    commitGroup(ledger, {
      campaign,
      inboxId: '1',
      lease,
      now: at,
      scopes: ['account/desk/message'],
      landings: part.landings ?? [],
      gates: (part.gates ?? []).map((row) => ({
        seq: row.seq,
        attemptId: ++attempts,
        number: row.attempts + 1,
        contactId: 'c',
        conversationId: 'v',
        watermark: '1',
        closesAt: null,
      })),
    }).then(({ answers }) => answers);
  return {
    lease,
    claim: (limit: number, at: number) => claim(ledger, campaign, '1', lease, limit, at),
    gate: (rows: Claimed[], at: number) => commit(at, { gates: rows }),
    land: (landings: Landing[], at: number) => commit(at, { landings }),
    /** The id that the last gate gave. */
    attempt: () => attempts,
  };
}

/** Counters as the rows themselves say. */
export async function recount(ledger: Ledger, campaignId: number): Promise<Record<string, number>> {
  const rows = await sql<{ state: string; n: number }>`
    select state, count(*) as n from recipients where campaign_id = ${campaignId} group by state
  `.execute(ledger.db);
  return Object.fromEntries(rows.rows.map(({ state, n }) => [state, n]));
}

/** Counters as kept. */
export async function counted(ledger: Ledger, campaignId: number): Promise<Record<string, number>> {
  const { counts } = await tally(ledger.db, campaignId);
  const { total: _total, double: _double, ...states } = counts;
  return Object.fromEntries(Object.entries(states).filter(([, n]) => n !== 0));
}
