import { join } from 'node:path';
import { connect } from '../worker/engine/connect';
import { runEmbedded } from '../worker/engine/embedded';
import { openRun } from '../worker/engine/open-run';
import { type Ledger, openLedger, setLimit, tally } from '../worker/ledger';
import { ACCOUNT, accountAt, startedCampaign } from './campaign';
import { withFolder } from './folder';
import { IN_FLIGHT } from './row';

/** What sending a campaign took. */
export interface Sent {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Commits of results and gates, and how many of them asked for tokens. */
  readonly commits: number;
  readonly gates: number;
  /** Attempts that never began, as their moment had passed. */
  readonly late: number;
}

/** The embedded engine in this process, on a SQLite ledger of its own. */
export interface Engine {
  /** Sends a new campaign to `n` people, from the one with number `first` on; every one of them has to be sent. */
  send(name: string, n: number, first?: number): Promise<Sent>;
  /** Limits the account's messages from now on. */
  limit(perSecond: number): Promise<void>;
}

export async function withEngine<T>(url: string, use: (engine: Engine) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const ledger = await openLedger(join(folder, 'ledger.db'));
    const connection = await connect(accountAt(url), {
      ledger,
      inFlight: IN_FLIGHT,
      clock: Date.now,
    });
    const counted = countedCommits(ledger);
    try {
      return await use({
        async send(name, n, first = 0) {
          const campaign = await startedCampaign(ledger, { name, rows: n, first });
          const run = await openRun(counted.ledger, campaign, connection, { inFlight: IN_FLIGHT });
          const before = counted.commits();
          const cpu = process.cpuUsage();
          const began = performance.now();
          await runEmbedded(run, { importList: () => Promise.resolve(), stopping: () => false });
          const seconds = (performance.now() - began) / 1000;
          const { user, system } = process.cpuUsage(cpu);
          const after = counted.commits();
          const { counts } = await tally(ledger.db, campaign.id);
          if (counts.sent !== n) throw new Error(`${counts.sent} of ${n} sent`);
          return {
            seconds,
            cpuSeconds: (user + system) / 1e6,
            commits: after.all - before.all,
            gates: after.gates - before.gates,
            late: await lateIn(ledger, campaign.id),
          };
        },
        limit: (perSecond) => setLimit(ledger, `account/${ACCOUNT}/message`, perSecond),
      });
    } finally {
      await connection.close();
      await ledger.close();
    }
  });
}

/** Attempts of a campaign that were refused before their first byte. */
export async function lateIn(ledger: Ledger, campaignId: number): Promise<number> {
  const rows = await ledger.db
    .selectFrom('attempts')
    .select('id')
    .where('campaign_id', '=', campaignId)
    .where('result', '=', 'not_sent')
    .execute();
  return rows.length;
}

interface Commits {
  readonly all: number;
  readonly gates: number;
}

function countedCommits(ledger: Ledger): { ledger: Ledger; commits(): Commits } {
  const { inThread } = ledger;
  if (inThread === null) throw new Error('the ledger has no thread to count in');
  let all = 0;
  let gates = 0;
  return {
    ledger: {
      ...ledger,
      inThread(name, args) {
        if (name === 'commitGroup') {
          all += 1;
          if ((args[0] as { gates: readonly unknown[] }).gates.length > 0) gates += 1;
        }
        return inThread(name, args);
      },
    },
    commits: () => ({ all, gates }),
  };
}
