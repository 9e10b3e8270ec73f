import type { IAuthenticate, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';
import { pressnxpress } from '../providers/pressnxpress';
import { authenticateBy } from './authenticate';
import { type Choices, formOf } from './properties';

const CHOICES: Choices = {
  channel: { sms: 'SMS', mail: 'Mail' },
  encoding: { json: 'JSON', form: 'Form' },
  traceAttribute: { no: 'No', yes: 'Yes' },
};

const NOTICE: INodeProperties = {
  displayName:
    "The test looks at these fields only. Press'nXPress has nothing to ask: the tokens are tried by the first message.",
  name: 'notice',
  type: 'notice',
  default: '',
};

/** The platform has no request that only asks, so its node tests the credential: see `credential-test.ts` there. */
export class PressnxpressApi implements ICredentialType {
  name = 'pressnxpressApi';

  displayName = "Press'nXPress API";

  icon: Icon = {
    light: 'file:../icons/pressnxpress.svg',
    dark: 'file:../icons/pressnxpress.dark.svg',
  };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = [...formOf(pressnxpress.credentials, CHOICES), NOTICE];

  authenticate: IAuthenticate = authenticateBy(pressnxpress);
}
