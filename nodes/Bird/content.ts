import type { Attachment, Content } from '../../core/message';
import type { BirdProvider } from '../../providers/bird';
import type { Inbox } from '../../providers/provider';
import { readText } from '../shared/content';
import { fileNameOf } from '../shared/downloads';
import { binaryFile, readGivenFiles } from '../shared/files';
import type { Execution } from '../shared/operation';
import { readValue, refuse } from '../shared/values';

/** A text, files, or both. Bird is given addresses: a file of the item is put at one first. */
export async function readMessage(
  execution: Execution<BirdProvider>,
  item: number,
  inbox: Inbox,
): Promise<Content> {
  const attachments = await readFiles(execution, item, inbox);
  if (attachments.length === 0) return readText(execution, item);
  return { kind: 'text', text: readValue(execution.context, item, 'text'), attachments };
}

async function readFiles(
  execution: Execution<BirdProvider>,
  item: number,
  inbox: Inbox,
): Promise<Attachment[]> {
  const { context, connection } = execution;
  const { binaries, addresses } = readGivenFiles(execution, item);
  if (addresses.some(({ contentType }) => contentType === '')) {
    const message = "A file of 'Files' has no content type";
    throw refuse(context, item, message, 'It decides how the platform shows the file');
  }
  const files: Attachment[] = [];
  for (const given of binaries) {
    const file = await binaryFile(execution, item, given);
    const url = await connection.provider.uploadMedia(file, inbox);
    files.push({ ...file, url, bytes: NONE });
  }
  for (const { url, contentType, filename } of addresses) {
    files.push({ url, contentType, filename: filename || fileNameOf(url), bytes: NONE });
  }
  return files;
}

const NONE = new Uint8Array();
