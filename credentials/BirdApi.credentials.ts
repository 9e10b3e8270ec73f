import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';
import { bird } from '../providers/bird';
import { authenticateBy, pingTest } from './authenticate';
import { type Choices, formOf } from './properties';

const CHOICES: Choices = {
  conversations: { none: 'None', inbox: 'Shared Inbox' },
  consent: { respect: 'Respect', require: 'Require', ignore: 'Ignore' },
};

export class BirdApi implements ICredentialType {
  name = 'birdApi';

  displayName = 'Bird API';

  icon: Icon = { light: 'file:../icons/bird.svg', dark: 'file:../icons/bird.dark.svg' };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = formOf(bird.credentials, CHOICES);

  authenticate: IAuthenticate = authenticateBy(bird);

  test: ICredentialTestRequest = pingTest;
}
