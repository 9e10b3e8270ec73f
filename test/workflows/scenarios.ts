import { Client, Connection } from '@temporalio/client';
import { startTemporal } from '../../scripts/temporal-server.mjs';
import {
  noticeLost,
  sendWorkflowIdOf,
  TASK_QUEUE,
  workflowIdOf,
} from '../../worker/engine/temporal/tell';
import { needCampaign, openLedger, sendIdOf, tally } from '../../worker/ledger';
import {
  campaignYaml,
  fictional,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
  until,
} from '../worker/cli/fixture';

/** What a scenario is played on: a server of its own, a worker, and the commands. */
interface Stage {
  readonly place: Place;
  readonly client: Client;
  /** The workflow that drives the campaign. */
  workflowId(): Promise<string>;
  /** How the campaign stands. */
  counts(): Promise<Record<string, number>>;
  state(): Promise<string>;
  /** Looks for campaigns without a workflow, as a worker does; returns how many there were. */
  noticeLost(): Promise<number>;
}

export interface Scenario {
  readonly name: string;
  /** The server suggests a new history after so many events; without it after 4,096. */
  readonly suggestAt?: number;
  /** Plays it to its end. */
  readonly play: (stage: Stage) => Promise<void>;
  /** The workflows of which every run is kept; without it the campaign's. */
  readonly kept?: (stage: Stage) => Promise<string[]>;
}

const file = (more: Readonly<Record<string, string>> = {}): string =>
  campaignYaml({ engine: 'temporal', ...more });

async function run({ place }: Stage): Promise<void> {
  const ended = await place.campaign('run', 'spring.campaign.yaml', '--json');
  if (ended.exit !== 0) throw new Error(`ended with ${ended.exit}: ${ended.err}`);
}

/** Campaigns whose histories are replayed by every later version. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'campaign',
    async play(stage) {
      stage.place.write('list.csv', listOf(60));
      stage.place.write('spring.campaign.yaml', file());
      await run(stage);
    },
  },
  {
    name: 'imported-paused-anew',
    suggestAt: 20,
    async play(stage) {
      const { place, counts } = stage;
      // So long that its reader can be killed; most of it says no.
      const rows = Array.from({ length: 40_000 }, (_, n) =>
        n < 60 ? `${fictional(n)},yes` : `${fictional(60 + (n % 900))},no`,
      );
      place.write('list.csv', `phone,agreed\n${rows.join('\n')}\n`);
      place.write(
        'spring.campaign.yaml',
        file({
          consent: '{ method: form, column: agreed }',
          message: '{ text: "It is time." }',
          throttle: '{ perSecond: 8 }',
          parallel: '2',
        }),
      );
      const reader = place.start('start', 'spring.campaign.yaml', '--lease-ms', '500');
      await until(
        'its list is being read',
        async () => ((await counts())['total'] ?? 0) > 0,
        30_000,
      );
      reader.child.kill('SIGKILL');
      await reader.ended;
      // A worker looks for such campaigns once a minute.
      await until(
        'it is begun by a workflow',
        async () => (await stage.noticeLost()) === 1,
        60_000,
      );
      await until('some are sent', async () => ((await counts())['sent'] ?? 0) > 5, 60_000);
      await place.campaign('pause', 'spring');
      await until('nothing is on its way', async () => {
        const { claimed, sending } = await counts();
        return claimed === 0 && sending === 0;
      });
      await place.campaign('resume', 'spring', '--detach');
      await until('it is over', async () => (await stage.state()) === 'finished', 60_000);
    },
  },
  {
    name: 'cancelled',
    async play({ place, client, workflowId, counts }) {
      place.write('list.csv', listOf(60));
      place.write('spring.campaign.yaml', file({ throttle: '{ perSecond: 10 }' }));
      await place.campaign('start', 'spring.campaign.yaml');
      await until('some are sent', async () => ((await counts())['sent'] ?? 0) > 5, 60_000);
      await client.workflow.getHandle(await workflowId()).cancel();
    },
  },
  {
    name: 'message',
    async play(stage) {
      stage.place.write('list.csv', listOf(3));
      stage.place.write('spring.campaign.yaml', file({ orchestrate: 'message' }));
      await run(stage);
    },
    async kept({ workflowId }) {
      const id = await workflowId();
      const ref = id.slice(workflowIdOf('').length);
      return [id, sendWorkflowIdOf(sendIdOf({ ref }, 0))];
    },
  },
];

/** Plays a scenario on a new server, and returns the JSON of every run of its workflows, the first one first. */
export async function playScenario(
  { suggestAt, play, kept }: Scenario,
  path: string,
  toJson: (
    history: Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>,
  ) => string,
): Promise<string[]> {
  const server = await startTemporal({
    path,
    dynamicConfig:
      suggestAt === undefined ? {} : { 'limit.historyCount.suggestContinueAsNew': suggestAt },
  });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const place = await openPlace({
    account: UNLIMITED,
    sandbox: { latencyMs: 5 },
    env: { TEMPORAL_ADDRESS: server.address },
  });
  const asked = async <T>(
    question: (ledger: Awaited<ReturnType<typeof openLedger>>) => Promise<T>,
  ): Promise<T> => {
    const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
    try {
      return await question(ledger);
    } finally {
      await ledger.close();
    }
  };
  const stage: Stage = {
    place,
    client,
    workflowId: () => asked(async ({ db }) => workflowIdOf((await needCampaign(db, 'spring')).ref)),
    noticeLost: () =>
      asked((ledger) => noticeLost({ ledger, client, taskQueue: TASK_QUEUE, attributes: true })),
    state: () => asked(async ({ db }) => (await needCampaign(db, 'spring')).state),
    counts: () =>
      asked(async ({ db }) => {
        const campaign = await needCampaign(db, 'spring').catch(() => null);
        return campaign === null ? {} : { ...(await tally(db, campaign.id)).counts };
      }),
  };
  try {
    const worker = place.start('worker', '--engine', 'temporal', '--lease-ms', '2000');
    await play(stage);
    const ids = kept === undefined ? [await stage.workflowId()] : await kept(stage);
    for (const id of ids) await client.workflow.getHandle(id).result();
    worker.child.kill('SIGTERM');
    await worker.ended;
    return await allRuns(client, ids, toJson);
  } finally {
    await place.close();
    await connection.close();
    await server.close();
  }
}

async function allRuns(
  client: Client,
  ids: readonly string[],
  toJson: Parameters<typeof playScenario>[2],
): Promise<string[]> {
  const found: { readonly at: number; readonly id: string; readonly json: string }[] = [];
  for await (const { workflowId: id, runId, startTime } of client.workflow.list()) {
    if (!ids.includes(id)) continue;
    const history = await client.workflow.getHandle(id, runId).fetchHistory();
    found.push({ at: startTime.getTime(), id, json: toJson(history) });
  }
  found.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id) || a.at - b.at);
  return found.map(({ json }) => json);
}
