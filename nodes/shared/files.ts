import type { INodeProperties } from 'n8n-workflow';
import type { Attachment } from '../../core/message';
import { onceKept } from './catalogue';
import { type Download, downloadFile, fileNameOf } from './downloads';
import type { Execution } from './operation';
import { refuse } from './values';

const contentType: INodeProperties = {
  displayName: 'Content Type',
  name: 'contentType',
  type: 'string',
  default: '',
  placeholder: 'e.g. image/png',
  description: 'What kind of file it is; if empty, what the file itself says',
};

const fileName: INodeProperties = {
  displayName: 'File Name',
  name: 'filename',
  type: 'string',
  default: '',
  placeholder: 'e.g. plan.png',
  description: 'What the person sees; if empty, its own name or the end of the URL',
};

/** Files of the item, and files at addresses. */
export const filesProperty: INodeProperties = {
  displayName: 'Files',
  name: 'files',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  default: {},
  placeholder: 'Add File',
  description: 'Files to send with the text: those of the item, or by their addresses',
  options: [
    {
      displayName: 'From Input',
      name: 'binary',
      values: [
        contentType,
        fileName,
        {
          displayName: 'Input Binary Field',
          name: 'binaryField',
          type: 'string',
          default: 'data',
          hint: 'The name of the input field that holds the file',
        },
      ],
    },
    {
      displayName: 'From URL',
      name: 'file',
      values: [
        contentType,
        fileName,
        {
          displayName: 'URL',
          name: 'url',
          type: 'string',
          default: '',
          placeholder: 'e.g. https://media.example/plan.png',
        },
      ],
    },
  ],
};

/** What is given of a file of the item. */
export interface GivenBinary {
  readonly binaryField: string;
  readonly contentType: string;
  readonly filename: string;
}

/** What is given of a file at an address. */
export interface GivenAddress {
  readonly url: string;
  readonly contentType: string;
  readonly filename: string;
}

type Reading = Pick<Execution, 'context' | 'connection'>;

/** @throws NodeOperationError for a file without a usable address, before any request. */
export function readGivenFiles(
  { context }: Reading,
  item: number,
): { readonly binaries: readonly GivenBinary[]; readonly addresses: readonly GivenAddress[] } {
  const rowsOf = (kind: string) =>
    (context.getNodeParameter(`files.${kind}`, item, []) as Record<string, unknown>[]).map(
      (row) => (name: string) => (typeof row[name] === 'string' ? row[name].trim() : ''),
    );
  const binaries = rowsOf('binary').map((word) => ({
    binaryField: word('binaryField') || 'data',
    contentType: word('contentType'),
    filename: word('filename'),
  }));
  const addresses = rowsOf('file').map((word) => {
    const url = word('url');
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw refuse(context, item, "A file of 'Files' has no web address");
    }
    return { url, contentType: word('contentType'), filename: word('filename') };
  });
  return { binaries, addresses };
}

/** The bytes of each file, for platforms that take them with the message. */
export async function readFiles(execution: Reading, item: number): Promise<Attachment[]> {
  const { binaries, addresses } = readGivenFiles(execution, item);
  const files: Attachment[] = [];
  for (const given of binaries) files.push(await binaryFile(execution, item, given));
  for (const given of addresses) files.push(await downloaded(execution, item, given));
  return files;
}

export async function binaryFile(
  execution: Reading,
  item: number,
  { binaryField, contentType, filename }: GivenBinary,
): Promise<Attachment> {
  const { context } = execution;
  const { fileName, mimeType } = context.helpers.assertBinaryData(item, binaryField);
  const bytes = new Uint8Array(await context.helpers.getBinaryDataBuffer(item, binaryField));
  return sized(execution, item, {
    filename: filename || fileName || 'file',
    contentType: contentType || mimeType,
    bytes,
  });
}

async function downloaded(
  execution: Reading,
  item: number,
  { url, contentType, filename }: GivenAddress,
): Promise<Attachment> {
  const file = await downloadsOf(execution)(url);
  return sized(execution, item, {
    filename: filename || fileNameOf(url),
    contentType: contentType || file.contentType || 'application/octet-stream',
    bytes: new Uint8Array(file.bytes),
  });
}

/** Each address once for an execution: a picture for a thousand people is one download. */
function downloadsOf({ context, connection }: Reading): (url: string) => Promise<Download> {
  const known = downloads.get(connection);
  if (known !== undefined) return known;
  const { id } = connection.platform.definition;
  const fresh = onceKept((url: string) => downloadFile(context, id, url), MOST_KEPT);
  downloads.set(connection, fresh);
  return fresh;
}

const downloads = new WeakMap<object, (url: string) => Promise<Download>>();
/** Files that are held at the same time; of more addresses each is fetched again. */
const MOST_KEPT = 10;

function sized({ context, connection }: Reading, item: number, file: Attachment): Attachment {
  const { attachments } = connection.platform.definition.capabilities;
  const most = attachments?.mostBytes ?? 0;
  if (file.bytes.length <= most) return file;
  const [has, allowed] = [file.bytes.length, most].map((bytes) => (bytes / 1_048_576).toFixed(1));
  throw refuse(context, item, `A file of 'Files' has ${has} MB; ${allowed} are allowed`);
}
