import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';
import { chatwoot } from '../providers/chatwoot';
import { credentialFields } from './fields';

export class ChatwootApi implements ICredentialType {
  name = 'chatwootApi';

  displayName = 'Chatwoot API';

  icon: Icon = { light: 'file:../icons/chatwoot.svg', dark: 'file:../icons/chatwoot.dark.svg' };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = [
    {
      displayName: 'URL',
      name: 'url',
      type: 'string',
      default: 'https://app.chatwoot.com',
      required: true,
      placeholder: 'e.g. https://app.chatwoot.com',
      description: 'The address of the Chatwoot installation, without a path',
    },
    {
      displayName: 'Account ID',
      name: 'accountId',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'e.g. 1',
      description: 'The number after /accounts/ in the address bar of Chatwoot',
    },
    {
      displayName: 'Access Token',
      name: 'token',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description:
        'From the profile settings of an administrator, or of an agent who is a member of every inbox to send from. The token of a bot cannot look messages up.',
    },
  ];

  authenticate: IAuthenticate = async (credentials, request) => {
    const { headers, query } = chatwoot.authorize(credentialFields(credentials));
    return {
      ...request,
      headers: { ...request.headers, ...headers },
      qs: { ...request.qs, ...query },
    };
  };

  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.url}}', url: '/api/v1/profile' },
  };
}
