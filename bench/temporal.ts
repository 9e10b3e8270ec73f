import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { countEvents, type EventCount, type HistoryEvent } from '../chaos/events';
import { ownTemporal } from '../test/support/own-temporal';
import { freshDatabase, startPostgres } from '../test/support/postgres';
import { connect } from '../worker/engine/connect';
import { openRun } from '../worker/engine/open-run';
import { workflowIdOf } from '../worker/engine/temporal/tell';
import { runTemporalWorker, TASK_QUEUE } from '../worker/engine/temporal/worker';
import { type Campaign, type Ledger, needCampaign, openLedger } from '../worker/ledger';
import { accountAt } from './campaign';
import { IN_FLIGHT } from './row';

/** A Temporal server on a file, and a PostgreSQL ledger; both of this run alone. */
export interface Ground {
  readonly address: string;
  readonly client: Client;
  readonly ledger: Ledger;
  /** What other processes open the ledger by. */
  readonly where: string;
  /** The histories of a campaign's workflow, the first run first. */
  histories(campaign: Pick<Campaign, 'ref'>): Promise<EventCount[]>;
}

/** Lends both, with the workflows bundled beside this build, and ends them whatever happens. */
export async function withGround<T>(
  use: (ground: Ground) => Promise<T>,
  dynamicConfig: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const build = join(__dirname, '..');
  execFileSync(process.execPath, [join('scripts', 'build-workflows.mjs'), build]);
  const postgres = await startPostgres();
  const temporal = await ownTemporal({ dynamicConfig }).catch(async (error: unknown) => {
    await postgres.close();
    throw error;
  });
  const { url } = await freshDatabase(postgres.url);
  const ledger = await openLedger(url);
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  try {
    return await use({
      address: temporal.address,
      client,
      ledger,
      where: url,
      histories: ({ ref }) => historiesOf(client, workflowIdOf(ref)),
    });
  } finally {
    await connection.close();
    await ledger.close();
    await temporal.close();
    await postgres.close();
  }
}

async function historiesOf(client: Client, workflowId: string): Promise<EventCount[]> {
  const found: { readonly at: Date; readonly count: EventCount }[] = [];
  // Its last task may come after the ledger's end.
  await client.workflow.getHandle(workflowId).result();
  for await (const run of client.workflow.list()) {
    if (run.workflowId !== workflowId) continue;
    const history = await client.workflow.getHandle(workflowId, run.runId).fetchHistory();
    const { events } = JSON.parse(historyToJSON(history)) as { events: HistoryEvent[] };
    found.push({ at: run.startTime, count: countEvents(events) });
  }
  found.sort((a, b) => a.at.getTime() - b.at.getTime());
  return found.map(({ count }) => count);
}

/** Runs `use` while a worker in this process takes part: as `campaign worker --engine temporal` does, beside the bare loop. */
export async function withWorkerHere<T>(
  { address, ledger }: Ground,
  url: string,
  use: () => Promise<T>,
): Promise<T> {
  process.env['TEMPORAL_ADDRESS'] = address;
  const connection = await connect(accountAt(url), { ledger, inFlight: IN_FLIGHT });
  let over = false;
  let failed: unknown;
  const working = runTemporalWorker({
    ledger,
    open: (campaign) => openRun(ledger, campaign, connection, { inFlight: IN_FLIGHT }),
    stopping: () => over,
    taskQueue: TASK_QUEUE,
    onEvent: () => undefined,
    onError: (activity, code) => console.error(`${activity}: ${code}`),
  }).catch((error: unknown) => {
    failed = error;
  });
  try {
    return await use();
  } finally {
    over = true;
    await working;
    await connection.close();
    if (failed !== undefined) console.error(failed);
  }
}

/** @throws Error when it is not finished within `ms`. */
export async function untilFinished(ledger: Ledger, name: string, ms: number): Promise<Campaign> {
  const end = performance.now() + ms;
  for (;;) {
    const campaign = await needCampaign(ledger.db, name);
    if (campaign.state === 'finished') return campaign;
    if (performance.now() > end) throw new Error(`${name} is ${campaign.state} after ${ms} ms`);
    await wait(100);
  }
}
