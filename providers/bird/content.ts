import type { Json } from '../../core/http';
import type { Attachment, Content } from '../../core/message';
import { refusal } from '../ask';
import type { Inbox } from '../provider';
import type { Account } from './account';
import { PROVIDER } from './settings';

/** Files of one message (bird docs, supported-channels/programmable-sms). */
export const MOST_FILES = 10;

type Text = Extract<Content, { kind: 'text' }>;
type Template = Extract<Content, { kind: 'template' }>;

/**
 * The message itself: a body or a template, never both, and nothing beside what the documents name, because Bird refuses
 * fields that it does not know (bird docs, channels-api, message-types).
 *
 * @throws ProviderError `rejected`, before any request, for what cannot be said in these fields.
 */
export function contentFields(account: Account, content: Content, inbox: Inbox) {
  return content.kind === 'template'
    ? { template: templateOf(content) }
    : { body: bodyOf(account, content, inbox) };
}

function bodyOf({ settings }: Account, { text, attachments = [] }: Text, inbox: Inbox): Json {
  if (text === '' && attachments.length === 0) throw refuse('content', 'the message is empty');
  if (attachments.length > MOST_FILES) {
    throw refuse('content', `${attachments.length} files; Bird takes ${MOST_FILES} a message`);
  }
  if (inbox.channel === 'mail') return mailOf(text, attachments, settings.mailSubject);
  if (attachments.length === 0) return { type: 'text', text: { text } };
  const caption = text === '' ? {} : { text };
  if (attachments.every(({ contentType }) => contentType.startsWith('image/'))) {
    const images = attachments.map((file) => ({ mediaUrl: addressOf(file) }));
    return { type: 'image', image: { ...caption, images } };
  }
  const files = attachments.map((file) => ({
    mediaUrl: addressOf(file),
    contentType: file.contentType,
    filename: file.filename,
  }));
  return { type: 'file', file: { ...caption, files } };
}

/** A text as a mail: the same words twice, so that every reader shows them. */
function mailOf(text: string, attachments: readonly Attachment[], subject: string): Json {
  if (subject === '') throw refuse('content', 'a mail needs a subject: the setting mailSubject');
  const files = attachments.map((file) => ({
    mediaUrl: addressOf(file),
    filename: file.filename,
    inline: false,
  }));
  return {
    type: 'html',
    html: {
      html: htmlOf(text),
      text,
      ...(files.length === 0 ? {} : { attachments: files }),
      metadata: { subject },
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function htmlOf(text: string): string {
  const safe = text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? letter);
  return `<p>${safe.replace(/\r?\n/g, '<br>')}</p>`;
}

function addressOf({ url, filename }: Attachment): string {
  if (url !== undefined) return url;
  throw refuse('content', `the file ${filename} was not uploaded`);
}

/** `projectId`, or `projectId:version` (bird docs, channels-api, message-types/template). */
function templateOf({ name, language, params, header, buttons = [] }: Template): Json {
  if (header !== undefined || buttons.length > 0) {
    throw refuse(
      'template',
      'Bird knows no header or button apart: an image or a link is an ordinary parameter there',
    );
  }
  const [projectId = '', ...version] = name.split(':');
  if (projectId.trim() === '') throw refuse('template', 'the template has no project id');
  return {
    projectId: projectId.trim(),
    version: version.join(':').trim() || 'latest',
    ...(language === undefined ? {} : { locale: language }),
    parameters: Object.entries(params).map(([key, value]) => ({ type: 'string', key, value })),
  };
}

function refuse(reason: 'content' | 'template', detail: string) {
  return refusal(PROVIDER, reason, detail);
}
