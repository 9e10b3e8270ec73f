import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';
import { pivotcx } from '../providers/pivotcx';
import { authenticateBy, pingTest } from './authenticate';
import { type Choices, formOf } from './properties';

const CHOICES: Choices = {
  trailingSlash: { as_written: 'As Written', always: 'Always', never: 'Never' },
  bodyEncoding: { form: 'Form', json: 'JSON' },
  emptyAnswer: { unknown: 'Unknown', accepted: 'Accepted' },
  unnamed: { phone: 'By Their Number', none: 'Not at All' },
};

export class PivotcxApi implements ICredentialType {
  name = 'pivotcxApi';

  displayName = 'PivotCX API';

  icon: Icon = { light: 'file:../icons/pivotcx.svg', dark: 'file:../icons/pivotcx.dark.svg' };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = formOf(pivotcx.credentials, CHOICES);

  authenticate: IAuthenticate = authenticateBy(pivotcx);

  test: ICredentialTestRequest = pingTest;
}
