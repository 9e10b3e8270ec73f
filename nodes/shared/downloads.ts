import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';
import { ProviderError } from '../../core/errors';
import type { ProviderId } from '../../core/words';

export interface Download {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

/**
 * The file at an address. With a credential it follows one redirect, and without the credential: a key goes to nobody whom the
 * platform's own host sends us to.
 *
 * @throws ProviderError `auth_failed`, `not_found` or `unavailable`.
 */
export async function downloadFile(
  context: IExecuteFunctions,
  provider: ProviderId,
  url: string,
  credentialName: string | null = null,
): Promise<Download> {
  const response = await get(context, provider, url, credentialName);
  const to = response.headers['location'];
  const moved = response.statusCode > 299 && response.statusCode < 400;
  if (credentialName !== null && moved && typeof to === 'string' && URL.canParse(to, url)) {
    return taken(provider, await get(context, provider, new URL(to, url).href, null));
  }
  return taken(provider, response);
}

async function get(
  context: IExecuteFunctions,
  provider: ProviderId,
  url: string,
  credentialName: string | null,
): Promise<IN8nHttpFullResponse> {
  const options = {
    url,
    encoding: 'arraybuffer',
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    disableFollowRedirect: credentialName !== null,
  } as const;
  const [outcome] = await Promise.allSettled([
    credentialName === null
      ? context.helpers.httpRequest(options)
      : context.helpers.httpRequestWithAuthentication.call(context, credentialName, options),
  ]);
  if (outcome.status === 'fulfilled') return outcome.value as IN8nHttpFullResponse;
  throw failed(provider, 'unavailable', 'no answer');
}

function taken(
  provider: ProviderId,
  { statusCode, headers, body }: IN8nHttpFullResponse,
): Download {
  if (statusCode < 200 || statusCode > 299) {
    const code = statusCode === 401 || statusCode === 403 ? 'auth_failed' : 'not_found';
    throw failed(
      provider,
      statusCode === 429 || statusCode >= 500 ? 'unavailable' : code,
      `answered ${statusCode}`,
      statusCode,
    );
  }
  const type = headers['content-type'];
  return {
    bytes: Buffer.from(body as unknown as ArrayBuffer),
    contentType: typeof type === 'string' ? type.split(';')[0]?.trim() : undefined,
  };
}

function failed(
  provider: ProviderId,
  code: 'auth_failed' | 'not_found' | 'unavailable',
  what: string,
  status?: number,
) {
  return new ProviderError(code, `${provider}: downloading a file: ${what}`, {
    provider,
    ...(status !== undefined && { status }),
  });
}

/** What a file is called by its address. */
export function fileNameOf(url: string): string {
  const end = URL.canParse(url) ? new URL(url).pathname.split('/').at(-1) : '';
  return end || 'file';
}
