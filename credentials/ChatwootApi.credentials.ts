import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';
import { chatwoot } from '../providers/chatwoot';
import { authenticateBy, pingTest } from './authenticate';
import { formOf } from './properties';

export class ChatwootApi implements ICredentialType {
  name = 'chatwootApi';

  displayName = 'Chatwoot API';

  icon: Icon = { light: 'file:../icons/chatwoot.svg', dark: 'file:../icons/chatwoot.dark.svg' };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = formOf(chatwoot.credentials);

  authenticate: IAuthenticate = authenticateBy(chatwoot);

  test: ICredentialTestRequest = pingTest;
}
