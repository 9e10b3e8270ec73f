import { type Body, readAny, readId, readOptionalText } from '../read';
import { type Account, read } from './account';
import { messagePath } from './messages';

/** A file of a message, and whether its address wants the key. */
export interface MediaLink {
  readonly url: string;
  readonly contentType: string | null;
  readonly filename: string | null;
  readonly needsKey: boolean;
}

/**
 * Where the files of a message are. The media host wants the account's key and is another host than the API, so the bytes are
 * for whoever has both: answers are text here.
 */
export async function listMedia(
  account: Account,
  inboxId: string,
  messageId: string,
): Promise<readonly MediaLink[]> {
  const own = [account.settings.mediaUrl, 'https://media.nest.messagebird.com'];
  const hosts = own.map((url) => new URL(url).host);
  return account.ask({
    asked: 'reading the files of a message',
    request: read(account, messagePath(inboxId, messageId)),
    read: (body) => {
      readId(body, 'id');
      return filesOf(readAny(body, 'body')).map((file) => {
        const url = readOptionalText(file, 'mediaUrl') ?? '';
        return {
          url,
          contentType: readOptionalText(file, 'contentType'),
          filename: readOptionalText(file, 'filename'),
          needsKey: URL.canParse(url) && hosts.includes(new URL(url).host),
        };
      });
    },
  });
}

/** Whatever has a `mediaUrl` in a body of any type. */
function filesOf(part: Body): readonly Body[] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) return part.flatMap(filesOf);
  const own = typeof part['mediaUrl'] === 'string' ? [part] : [];
  return [...own, ...Object.values(part).flatMap(filesOf)];
}
