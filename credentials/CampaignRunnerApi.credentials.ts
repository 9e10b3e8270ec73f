import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** The runner's own API, which keeps lists, sends and results. */
export class CampaignRunnerApi implements ICredentialType {
  name = 'campaignRunnerApi';

  displayName = 'Campaign Runner API';

  icon: Icon = {
    light: 'file:../icons/campaign-runner.svg',
    dark: 'file:../icons/campaign-runner.dark.svg',
  };

  documentationUrl = 'https://github.com/campaign-runner/campaign-runner/blob/main/docs/n8n.md';

  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: 'http://127.0.0.1:4100',
      required: true,
      description: 'Where the API of the runner is, as n8n reaches it',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'A key of the runner; it begins with crk_',
    },
  ];

  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { authorization: '=Bearer {{ $credentials.apiKey }}' } },
  };

  test: ICredentialTestRequest = {
    // Asked with the key.
    request: { baseURL: '={{ $credentials.baseUrl }}', url: '/accounts' },
    rules: [
      {
        type: 'responseSuccessBody',
        properties: {
          // Pages of other servers have none.
          key: 'items',
          value: undefined,
          message: 'What answers there is not the API of the runner: check the Base URL',
        },
      },
    ],
  };
}
