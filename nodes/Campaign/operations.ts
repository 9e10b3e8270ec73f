import { listOperations } from './list-operations';
import { manageOperations } from './manage-operations';
import type { CampaignOperation } from './operation';
import { resultsOperations } from './results-operations';
import { sendOperations } from './send-operations';

/** Everything that the node offers. */
export const campaignOperations: readonly CampaignOperation[] = [
  ...listOperations,
  ...manageOperations,
  ...resultsOperations,
  ...sendOperations,
];
