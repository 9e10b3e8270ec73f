import { stat } from 'node:fs/promises';
import { findProvider } from '../../providers';
import type { Media } from '../../providers/provider';
import type { Account } from '../campaign/accounts-file';
import { isWebAddress } from '../campaign/campaign-file';
import { InputError } from '../campaign/input-error';
import { contentTypeOf } from '../campaign/media';
import { lookAtFile } from '../http/look-at-file';

interface Found {
  readonly bytes: number;
  readonly contentType: string;
}

/**
 * Looks at every file of a message before anything begins: that it is there, of a kind that the platform takes, and not
 * too large.
 *
 * @throws InputError that says of each what is wrong with it.
 */
export async function needAttachments(sources: readonly string[], account: Account): Promise<void> {
  const definition = findProvider(account.platform);
  const media = definition?.capabilities.attachments ?? null;
  // That a platform takes none at all is said by the check, with everything else that it cannot do.
  if (definition === undefined || media === null || sources.length === 0) return;
  const { displayName } = definition;
  const problems: string[] = [];
  if (sources.length > media.most) {
    problems.push(
      `message.attachments names ${sources.length} files; ${displayName} takes ${media.most} with a message.`,
    );
  }
  for (const source of sources) {
    const problem = await problemOf(source, media, displayName);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) throw new InputError([...problems, 'Nothing was sent.']);
}

async function problemOf(
  source: string,
  media: Media,
  displayName: string,
): Promise<string | null> {
  const isAddress = isWebAddress(source);
  if (isAddress && !media.addresses) {
    return `${displayName} is sent the file itself: download ${source} and name its path.`;
  }
  const found = isAddress ? await onTheWeb(source) : await onDisk(source);
  if (typeof found === 'string') return found;
  const { bytes, contentType } = found;
  if (!media.types.some((type) => contentType.startsWith(type))) {
    return `${source} is ${contentType}; ${displayName} takes ${media.types.join(', ')}.`;
  }
  if (bytes <= media.mostBytes) return null;
  return `${source} has ${megabytes(bytes)} MB; a file may have ${megabytes(media.mostBytes)} MB.`;
}

async function onDisk(path: string): Promise<Found | string> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) {
    return `There is no file ${path}, which message.attachments names.`;
  }
  return { bytes: found.size, contentType: contentTypeOf(path) };
}

/** What the platform would find there. It is the platform that fetches it, and so it has to be open to everybody. */
async function onTheWeb(address: string): Promise<Found | string> {
  const answer = await lookAtFile(new URL(address));
  if (answer === 'not_https') return `${address} has to begin with https://.`;
  if (answer === 'no_answer') {
    return `${address} cannot be reached: the platform could not fetch it.`;
  }
  const { status, bytes, contentType } = answer;
  if (status !== 200) return `${address} answers ${status}: the platform could not fetch it.`;
  return { bytes, contentType: contentType ?? contentTypeOf(new URL(address).pathname) };
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);
