import { randomUUID } from 'node:crypto';
import type { Answer, Call } from '../platform';
import { type Ask, channelOf, conversationOf, type Endpoint, ok } from './endpoint';
import { PRESIGN } from './schemas';
import { checkShape } from './shape';
import type { Store } from './store';

/** Where files go: without a key, as a store of files has it. */
export const UPLOAD = /^\/uploads\/([^/]+)$/;

export const MEDIA_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/channels/:channel/presigned-upload',
    answer(ask) {
      channelOf(ask);
      return presign(ask);
    },
  },
  {
    method: 'POST',
    path: '/conversations/:conversation/presigned-upload',
    answer(ask) {
      conversationOf(ask);
      return presign(ask);
    },
  },
  // Said to exist; the path is assumed.
  { method: 'POST', path: '/media/presigned-upload', answer: presign },
];

function presign({ store, fields, call }: Ask): Answer {
  checkShape(fields, PRESIGN);
  const id = randomUUID();
  const contentType = fields.contentType as string;
  store.media.set(id, { contentType, filled: false });
  const host = `http://${call.headers.host ?? '127.0.0.1'}/bird`;
  return ok({
    mediaUrl: `https://media.api.bird.com/workspaces/${store.workspaceId}/media/${id}`,
    uploadUrl: `${host}/uploads/${id}`,
    uploadMethod: 'POST',
    uploadFormData: {
      'Content-Type': contentType,
      acl: 'private',
      bucket: 'sandbox',
      key: id,
      policy: 'sandbox-policy',
    },
  });
}

/** What the store of files does: every field of the form, and the file at its end; no key. */
export function upload(store: Store, call: Call): Answer | undefined {
  const id = call.method === 'POST' ? UPLOAD.exec(call.path)?.[1] : undefined;
  if (id === undefined) return undefined;
  const media = store.media.get(id);
  const fields = call.fields ?? {};
  const [file] = call.files;
  const signed =
    fields.key === id &&
    fields.policy === 'sandbox-policy' &&
    fields['Content-Type'] === media?.contentType;
  if (media === undefined || !signed) return xml(403, 'AccessDenied');
  if (call.headers.authorization !== undefined) return xml(400, 'InvalidArgument');
  if (call.files.length !== 1 || file?.name !== 'file') return xml(400, 'InvalidArgument');
  media.filled = true;
  return { status: 204, text: '' };
}

function xml(status: number, code: string): Answer {
  return {
    status,
    text: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`,
    contentType: 'application/xml',
  };
}
