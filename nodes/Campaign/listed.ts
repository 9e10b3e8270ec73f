import { collect } from '../shared/lists';
import type { CampaignExecution } from './operation';
import type { RunnerRequest } from './request';

/** Most rows that the API gives at once. */
const PAGE = 1_000;

interface Page {
  readonly items: readonly object[];
  readonly next: string | null;
}

/** As many rows of one of the runner's lists as the parameters say, page by page. */
export function listed<P extends Page>(
  execution: CampaignExecution,
  item: number,
  { path, query }: Pick<RunnerRequest, 'path' | 'query'>,
): Promise<readonly P['items'][number][]> {
  return collect(execution, item, async (after, left) => {
    const { items, next } = await execution.runner.ask<P>(
      { method: 'GET', path, query: { ...query, after, limit: Math.min(PAGE, left) } },
      item,
    );
    return { rows: items, next };
  });
}
