import type { IExecuteFunctions, IN8nHttpFullResponse } from 'n8n-workflow';
import { ProviderError } from '../../core/errors';
import type { BirdProvider } from '../../providers/bird';
import { type Execution, one, type Result } from '../shared/operation';
import { readGivenId, readInbox, readInboxId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { readWord, refuse } from '../shared/values';

type Bird = Execution<BirdProvider>;

/** Puts a file of the item where messages can point at it. */
export async function upload(execution: Bird, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const inbox = await patiently(policy, () => readInbox(execution, item));
  const field = readWord(context, item, 'binaryField') || 'data';
  const { fileName, mimeType } = context.helpers.assertBinaryData(item, field);
  const bytes = new Uint8Array(await context.helpers.getBinaryDataBuffer(item, field));
  const file = { filename: fileName ?? 'file', contentType: mimeType, bytes };
  const mediaUrl = await patiently(policy, () => connection.provider.uploadMedia(file, inbox));
  return one({ mediaUrl, contentType: file.contentType, filename: file.filename });
}

/** A place for a file, for whoever puts it there in another way. */
export async function getUploadAddress(execution: Bird, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const contentType = readGivenId(context, item, { name: 'contentType', label: 'Content Type' });
  const scope = readScope(execution, item);
  return one(
    await patiently(policy, () => connection.provider.createPresignedUpload(contentType, scope)),
  );
}

function readScope(execution: Bird, item: number) {
  const { context } = execution;
  switch (readWord(context, item, 'usableIn')) {
    case 'anywhere':
      return { anywhere: true } as const;
    case 'conversation':
      return {
        conversationId: readGivenId(context, item, {
          name: 'conversationId',
          label: 'Conversation ID',
        }),
      };
    default:
      return { inboxId: readInboxId(execution, item) };
  }
}

/** The files of a message, one item each, or the one at an address. */
export async function download(execution: Bird, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const { provider } = connection;
  const inboxId = readInboxId(execution, item);
  const messageId = readGivenId(context, item, { name: 'messageId', label: 'Message ID' });
  const links = await patiently(policy, () => provider.listMedia(inboxId, messageId));
  const field = readWord(context, item, 'binaryField') || 'data';
  const results: Result[] = [];
  for (const { url, contentType, filename, needsKey } of links) {
    const file = await patiently(policy, () => fetchFile(execution, url, needsKey));
    const name = filename ?? decodedEnd(url);
    const type = contentType ?? file.contentType;
    const binary = await context.helpers.prepareBinaryData(file.bytes, name, type);
    results.push({
      json: { messageId, mediaUrl: url, contentType: type ?? null, filename: name },
      binary: { [field]: binary },
    });
  }
  if (results.length === 0) throw refuse(context, item, 'The message has no files');
  return results;
}

interface Fetched {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

/** The key goes to Bird's own media host and to nobody else, also where that host sends us on. */
async function fetchFile(
  { context, connection }: Bird,
  url: string,
  needsKey: boolean,
): Promise<Fetched> {
  const response = await get(context, needsKey ? connection.platform.credentialName : null, url);
  const to = response.headers['location'];
  if (!needsKey || response.statusCode < 300 || response.statusCode > 399) return taken(response);
  if (typeof to !== 'string' || !URL.canParse(to, url)) return taken(response);
  return taken(await get(context, null, new URL(to, url).href));
}

async function get(
  context: IExecuteFunctions,
  credentialName: string | null,
  url: string,
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
  throw failed('unavailable', 'no answer');
}

function taken({ statusCode, headers, body }: IN8nHttpFullResponse): Fetched {
  if (statusCode < 200 || statusCode > 299) {
    const code = statusCode === 401 || statusCode === 403 ? 'auth_failed' : 'not_found';
    throw failed(
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

function failed(code: 'auth_failed' | 'not_found' | 'unavailable', what: string, status?: number) {
  return new ProviderError(code, `bird: downloading a file: ${what}`, {
    provider: 'bird',
    ...(status !== undefined && { status }),
  });
}

function decodedEnd(url: string): string {
  const end = URL.canParse(url) ? new URL(url).pathname.split('/').at(-1) : '';
  return end || 'file';
}
