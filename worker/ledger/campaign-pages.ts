import type { CampaignState } from '../../core/words';
import type { Campaign } from './campaigns';
import type { Ledger, Queries } from './ledger';

/** Campaigns with a list, the newest first; `before` is the `id` of the last one of the page before. */
export async function pageOfCampaigns(
  ledger: Ledger,
  page: {
    readonly states?: readonly CampaignState[];
    readonly before?: number;
    readonly limit: number;
  },
): Promise<Campaign[]> {
  let query = ledger.db
    .selectFrom('campaigns')
    .selectAll()
    .where('kind', '=', 'list')
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.states !== undefined) query = query.where('state', 'in', [...page.states]);
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  return query.execute();
}

/** How many campaigns with a list there are in each state. */
export async function countCampaigns(db: Queries): Promise<Record<CampaignState, number>> {
  const counts: Record<CampaignState, number> = {
    importing: 0,
    ready: 0,
    running: 0,
    paused: 0,
    finished: 0,
    cancelled: 0,
  };
  const rows = await db
    .selectFrom('campaigns')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
    .where('kind', '=', 'list')
    .groupBy('state')
    .execute();
  for (const { state, n } of rows) counts[state] = Number(n);
  return counts;
}
