import type { BirdProvider } from '../../providers/bird';
import { downloadFile, fileNameOf } from '../shared/downloads';
import { binaryFile } from '../shared/files';
import { type Execution, one, type Result } from '../shared/operation';
import { readConversationId, readGivenId, readInbox, readInboxId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { readWord, refuse } from '../shared/values';

type Bird = Execution<BirdProvider>;

/** Puts a file of the item where messages can point at it. */
export async function upload(execution: Bird, item: number): Promise<readonly Result[]> {
  const { context, connection, policy } = execution;
  const inbox = await patiently(policy, () => readInbox(execution, item));
  const binaryField = readWord(context, item, 'binaryField') || 'data';
  const given = { binaryField, contentType: '', filename: '' };
  const file = await binaryFile(execution, item, given);
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
      return { conversationId: readConversationId(context, item) };
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
    // The key goes to Bird's own media host and to nobody else.
    const key = needsKey ? connection.platform.credentialName : null;
    const file = await patiently(policy, () => downloadFile(context, 'bird', url, key));
    const name = filename ?? fileNameOf(url);
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
