import type { IncomingMessage } from 'node:http';
import type { Call, Fields, Value } from './platform';

export interface ReadBody {
  readonly fields: Call['fields'];
  readonly files: Call['files'];
}

/** The whole body, or null when the client went away before it had sent it: then there is nothing to process. */
export function receiveBody(incoming: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    incoming.on('error', () => resolve(null));
    incoming.on('close', () => resolve(null));
  });
}

/** Fields of a JSON body; null when it is not JSON. */
export function readJson(body: Buffer): ReadBody {
  if (body.length === 0) return { fields: {}, files: [] };
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return { fields: isFields(parsed) ? parsed : { _json: parsed as Value }, files: [] };
  } catch {
    return { fields: null, files: [] };
  }
}

/** Fields and files of a form, nested as Rails does it: `a[b]=1`, `list[]=x`. Null fields when it cannot be read. */
export async function readForm(body: Buffer, contentType: string): Promise<ReadBody> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
    const fields: Fields = {};
    const files: Call['files'][number][] = [];
    for (const [name, value] of form) {
      if (typeof value === 'string') put(fields, name, value);
      else {
        const file = { filename: value.name, contentType: value.type, size: value.size };
        files.push({ name, file });
      }
    }
    return { fields, files };
  } catch {
    return { fields: null, files: [] };
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(into: Fields, name: string, value: string): void {
  const keys = name.split(/\[|\]\[|\]/).filter((key, index) => key !== '' || index === 0);
  const last = keys.pop() ?? name;
  let place = into;
  for (const key of keys) {
    const next = place[key];
    place = isFields(next) ? next : (place[key] = {});
  }
  if (!name.endsWith('[]')) {
    place[last] = value;
    return;
  }
  const list = place[last];
  if (Array.isArray(list)) list.push(value);
  else place[last] = [value];
}
