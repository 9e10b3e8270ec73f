import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';
import { bevatel } from '../providers/bevatel';
import { authenticateBy, pingTest } from './authenticate';
import { type Choices, formOf } from './properties';

const CHOICES: Choices = {
  templates: { developer: "Bevatel's Own API", compatible: "Chatwoot's API" },
  templateBody: { documented: 'As Documented', 'white-label': 'White-Label' },
  developer422: { hold: 'Hold the Message', refused: 'Take as Refused' },
  contactSearch: { search: 'Search', filter: 'Filter' },
};

export class BevatelApi implements ICredentialType {
  name = 'bevatelApi';

  displayName = 'Bevatel API';

  icon: Icon = { light: 'file:../icons/bevatel.svg', dark: 'file:../icons/bevatel.dark.svg' };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = formOf(bevatel.credentials, CHOICES);

  authenticate: IAuthenticate = authenticateBy(bevatel);

  test: ICredentialTestRequest = pingTest;
}
