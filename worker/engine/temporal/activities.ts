import type {
  CampaignActivities,
  ScheduleActivities,
  SendActivities,
} from '../../../workflows/ports';
import { createCampaignActivities } from './campaign-activities';
import type { Deps } from './deps';
import { sanitised } from './sanitise';
import { createScheduleActivities } from './schedule-activities';
import { createSendActivities } from './send-activities';

/** Everything that the workflows ask for, for a worker of one's own. Errors leave it as codes. */
export function createActivities(
  deps: Deps,
): CampaignActivities & SendActivities & Partial<ScheduleActivities> {
  const { ledger, opening } = deps;
  return sanitised({
    ...createCampaignActivities(deps),
    ...createSendActivities(deps),
    ...(opening === undefined ? {} : createScheduleActivities({ ledger, opening })),
  });
}
