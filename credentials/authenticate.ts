import type { IAuthenticate, ICredentialTestRequest } from 'n8n-workflow';
import { fillPath, requestTarget } from '../core/http';
import { type ProviderDefinition, settingsOf } from '../providers/provider';
import { credentialFields } from './fields';

/** Stands for the request by which a platform is asked whether it takes the credentials. */
const PING = '/{ping}';

/** n8n's test of a credential: the adapter's own `ping`, which `authenticateBy` puts in. */
export const pingTest: ICredentialTestRequest = { request: { method: 'GET', url: PING } };

/**
 * Adds to a request what belongs to the account: the base address where the request has none, headers, query, and what is
 * secret in the path. All of it comes from the adapter's `authorize`, the only authentication code.
 */
export function authenticateBy(definition: ProviderDefinition): IAuthenticate {
  return async (credential, { baseURL: _, ...request }) => {
    const fields = credentialFields(credential);
    const { baseUrl, headers, query, path } = definition.authorize(fields);
    const target = request.url === PING ? pingTarget(definition, fields) : request.url;
    return {
      ...request,
      url: fillPath(target.startsWith('/') ? `${baseUrl}${target}` : target, path),
      headers: { ...request.headers, ...headers },
      qs: { ...request.qs, ...query },
    };
  };
}

function pingTarget(
  definition: ProviderDefinition,
  fields: Readonly<Record<string, string>>,
): string {
  const ping = definition.ping?.(settingsOf(definition, fields));
  return ping === undefined ? '/' : requestTarget(ping);
}
