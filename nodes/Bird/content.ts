import type { IExecuteFunctions } from 'n8n-workflow';
import type { Attachment, Content } from '../../core/message';
import { readText } from '../shared/content';
import type { Execution } from '../shared/operation';
import { readValue, refuse } from '../shared/values';

/** A text, files by their addresses, or both. */
export function readMessage(execution: Execution, item: number): Content {
  const { context } = execution;
  const attachments = readFiles(context, item);
  if (attachments.length === 0) return readText(execution, item);
  return { kind: 'text', text: readValue(context, item, 'text'), attachments };
}

function readFiles(context: IExecuteFunctions, item: number): Attachment[] {
  const rows = context.getNodeParameter('files.file', item, []) as Record<string, unknown>[];
  return rows.map((row) => {
    const [url, contentType, filename] = ['url', 'contentType', 'filename'].map((name) =>
      typeof row[name] === 'string' ? row[name].trim() : '',
    ) as [string, string, string];
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw refuse(context, item, "A file of 'Files' has no web address");
    }
    if (contentType === '') {
      const message = "A file of 'Files' has no content type";
      throw refuse(context, item, message, 'It decides how the platform shows the file');
    }
    return { url, contentType, filename: filename || nameOf(url), bytes: new Uint8Array() };
  });
}

function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  return last === '' ? 'file' : last;
}
