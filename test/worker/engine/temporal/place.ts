import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../../../worker/engine/temporal/tell';
import { needCampaign, openLedger } from '../../../../worker/ledger';
import { uniqueQueue } from '../../../support/temporal';
import {
  campaignYaml,
  lastJson,
  listOf,
  openPlace,
  type Place,
  type PlaceOptions,
  type Started,
  UNLIMITED,
} from '../../cli/fixture';

/** A folder with a campaign for Temporal, its workers, and a client to look on with. */
export interface TemporalPlace extends Place {
  readonly queue: string;
  readonly client: Client;
  worker(...more: string[]): Started;
  /** How the campaign stands, as the command line says. */
  standing(): Promise<Record<string, unknown> & { counts: Record<string, number> }>;
  handle(): Promise<ReturnType<Client['workflow']['getHandle']>>;
}

export async function openTemporalPlace(
  address: string,
  {
    rows = 60,
    namespace = 'default',
    campaign = {},
    ...options
  }: PlaceOptions & {
    readonly rows?: number;
    readonly namespace?: string;
    readonly campaign?: Readonly<Record<string, string>>;
  } = {},
): Promise<TemporalPlace> {
  const queue = uniqueQueue();
  const place = await openPlace({
    account: UNLIMITED,
    ...options,
    env: { TEMPORAL_ADDRESS: address, ...options.env },
  });
  place.write('list.csv', listOf(rows));
  place.write('spring.campaign.yaml', campaignYaml({ engine: 'temporal', ...campaign }));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  return {
    ...place,
    queue,
    client,
    worker: (...more) =>
      place.start('worker', '--engine', 'temporal', '--task-queue', queue, ...more),
    standing: async () => lastJson(await place.campaign('status', 'spring', '--json')),
    async handle() {
      const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
      try {
        const { ref } = await needCampaign(ledger.db, 'spring');
        return client.workflow.getHandle(workflowIdOf(ref));
      } finally {
        await ledger.close();
      }
    },
    async close() {
      await place.close();
      await connection.close();
    },
  };
}

/** What stands in the first output that looks so. */
export function found(text: string, pattern: RegExp): string {
  const [, it] = pattern.exec(text) ?? [];
  if (it === undefined) throw new Error(`not there: ${pattern}`);
  return it;
}
