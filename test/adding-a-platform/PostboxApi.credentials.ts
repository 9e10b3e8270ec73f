import type {
  IAuthenticate,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from 'n8n-workflow';
import { authenticateBy, pingTest } from '../../credentials/authenticate';
import { formOf } from '../../credentials/properties';
import { postbox } from './postbox';

export class PostboxApi implements ICredentialType {
  name = 'postboxApi';

  displayName = 'Postbox API';

  properties: INodeProperties[] = formOf(postbox.credentials);

  authenticate: IAuthenticate = authenticateBy(postbox);

  test: ICredentialTestRequest = pingTest;
}
