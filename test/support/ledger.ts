import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import {
  type Campaign,
  type Claimed,
  claim,
  commitGroup,
  control,
  createCampaign,
  type GateAnswer,
  importRecipients,
  type Landing,
  type Lease,
  type Ledger,
  needCampaign,
  openLedger,
  openSlice,
  seal,
  tally,
} from '../../worker/ledger';

export interface TestLedger {
  readonly ledger: Ledger;
  /** A second connection to the same file, as another process has it. */
  reopen(): Promise<Ledger>;
  close(): Promise<void>;
}

export async function testLedger(): Promise<TestLedger> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-ledger-'));
  const file = join(folder, 'ledger.db');
  const ledgers = [await openLedger(file)];
  return {
    ledger: ledgers[0] as Ledger,
    async reopen() {
      const again = await openLedger(file);
      ledgers.push(again);
      return again;
    },
    async close() {
      for (const ledger of ledgers) await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
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

/** One worker's hands on a campaign: a lease, and what is done under it. */
export async function worker(ledger: Ledger, campaign: Campaign, now: number, leaseMs = 10_000) {
  const lease: Lease = await openSlice(ledger, campaign.id, 'test', now, leaseMs);
  let attempts = lease.id * 1000;
  const commit = (
    at: number,
    part: { landings?: Landing[]; gates?: Claimed[] },
  ): Promise<GateAnswer[]> =>
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
    });
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
