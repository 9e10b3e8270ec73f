import type { ApiPorts } from '../ports';
import type { Api } from '../route';
import { webhooks } from '../webhooks';
import { accounts } from './accounts';
import { audit } from './audit';
import { campaignActions } from './campaign-actions';
import { campaigns } from './campaigns';
import { document } from './document';
import { events } from './events';
import { ofProcess } from './process';
import { recipients } from './recipients';
import { resultRoutes } from './results';
import { schedules } from './schedules';
import { sends } from './sends';
import { suppressions } from './suppressions';

/** All routes, topic by topic, in the order of the docs page. */
export const TOPICS: readonly ((app: Api, ports: ApiPorts) => void)[] = [
  campaigns,
  recipients,
  campaignActions,
  resultRoutes,
  accounts,
  sends,
  schedules,
  suppressions,
  events,
  webhooks,
  audit,
  ofProcess,
  document,
];
