import { ProviderError } from '../../core/errors';
import type { Attachment } from '../../core/message';
import { refusal } from '../ask';
import type { Inbox } from '../provider';
import { readFields, readText } from '../read';
import { type Account, segment } from './account';
import { PROVIDER, type Settings } from './settings';

/** The largest file (bird docs, conversations-api, pre-signed upload; said of conversations only). */
export const MOST_BYTES = 100 * 1_048_576;

/** Where the file may be used: in one channel, in one conversation, or anywhere. */
export type UploadScope =
  | { readonly inboxId: string }
  | { readonly conversationId: string }
  | { readonly anywhere: true };

/** A place for one file, and what the request that fills it has to say. */
export interface PresignedUpload {
  /** What a message names the file by. */
  readonly mediaUrl: string;
  readonly uploadUrl: string;
  readonly uploadMethod: string;
  readonly uploadFormData: Readonly<Record<string, string>>;
}

/** Asks for a place for a file (seed document of this platform: one way for a channel, one for all of them). */
export async function createPresignedUpload(
  account: Account,
  contentType: string,
  scope: UploadScope,
): Promise<PresignedUpload> {
  return account.ask({
    asked: 'asking for a place for a file',
    request: {
      method: 'POST',
      path: account.path(pathOf(account.settings, scope)),
      json: { contentType },
      call: 'lookup',
    },
    read: (body) => ({
      mediaUrl: readText(body, 'mediaUrl'),
      uploadUrl: readText(body, 'uploadUrl'),
      uploadMethod: readText(body, 'uploadMethod'),
      uploadFormData: Object.fromEntries(
        Object.keys(readFields(body, 'uploadFormData')).map((name) => [
          name,
          readText(readFields(body, 'uploadFormData')[name], ''),
        ]),
      ),
    }),
  });
}

/**
 * Puts a file where messages of this inbox can point at it. The second request goes to a store of files, without the key:
 * what allows it is in the form (seed document of this platform).
 *
 * @throws ProviderError `unexpected_response` for an upload address that a file must not be given to.
 */
export async function uploadMedia(
  account: Account,
  file: Attachment,
  inbox: Inbox,
): Promise<string> {
  if (file.bytes.length > MOST_BYTES) {
    throw refusal(PROVIDER, 'content', `the file ${file.filename} is larger than 100 MB`);
  }
  const place = await createPresignedUpload(account, file.contentType, { inboxId: inbox.id });
  if (!mayUpload(place, account.settings)) {
    throw new ProviderError(
      'unexpected_response',
      `${PROVIDER}: uploading a file: the upload address is not one that a file may be given to`,
      { provider: PROVIDER },
    );
  }
  await account.ask({
    asked: 'uploading a file',
    request: {
      method: 'POST',
      path: place.uploadUrl,
      anonymous: true,
      multipart: [
        ...Object.entries(place.uploadFormData).map(([name, value]) => ({ name, value })),
        // The last one: what follows the file is not read.
        { name: 'file', ...withoutUrl(file) },
      ],
      call: 'lookup',
    },
    expects: () => true,
    read: (_body, status) => {
      if (status < 200 || status > 299) throw notUploaded(status);
    },
  });
  return place.mediaUrl;
}

function pathOf({ presignPath, sharedPresignPath }: Settings, scope: UploadScope): string {
  if ('anywhere' in scope) return sharedPresignPath;
  return 'inboxId' in scope
    ? presignPath.replace(':channelId', segment(scope.inboxId))
    : `/conversations/${segment(scope.conversationId)}/presigned-upload`;
}

/** By https only, but to this machine; and to a host with the end that is asked for. */
function mayUpload(
  { uploadUrl, uploadMethod }: PresignedUpload,
  { uploadHost }: Settings,
): boolean {
  if (uploadMethod.toUpperCase() !== 'POST' || !URL.canParse(uploadUrl)) return false;
  const { protocol, hostname } = new URL(uploadUrl);
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (here) return protocol === 'http:' || protocol === 'https:';
  return protocol === 'https:' && hostname.endsWith(uploadHost.toLowerCase());
}

function withoutUrl({ filename, contentType, bytes }: Attachment) {
  return { filename, contentType, bytes };
}

/** The store knows no accounts: its 403 is about the form, not about the key. */
function notUploaded(status: number): ProviderError {
  const again = status === 408 || status === 429 || status >= 500;
  return new ProviderError(
    again ? 'unavailable' : 'rejected',
    `${PROVIDER}: uploading a file: answered ${status}`,
    { provider: PROVIDER, status, ...(again ? {} : { reason: 'content' }) },
  );
}
