import type { FieldPart, FilePart, Json } from '../../core/http';
import type { Attachment, Content } from '../../core/message';
import type { Send } from '../provider';
import { type Edition, refuse } from './account';
import { factsOf } from './facts';
import { inert } from './inert';
import { marker } from './marker';
import { templateParams } from './template';

const CONTENT_LIMIT = 150_000;

/** Fields of a request's body. */
export type Fields = { readonly [name: string]: Json };

/**
 * The fields of a message, the same for a conversation's next one and for the one that opens it.
 *
 * @throws ProviderError `rejected`, before any request, for what the server would refuse, cut or lose
 * without a word.
 */
export function messageFields(edition: Edition, send: Send): Fields {
  const { content, inbox, address, key, attempt } = send;
  const refuseContent = (detail: string) => refuse(edition, 'content', detail);
  const text = inert(content.text ?? '');
  if (text.length > CONTENT_LIMIT) {
    throw refuseContent(`the text has ${text.length} characters; ${CONTENT_LIMIT} are allowed`);
  }
  const files = attachmentsOf(content);
  if (content.kind === 'text' && text === '' && files.length === 0) {
    throw refuseContent('the message is empty');
  }
  // Only the first is sent on WhatsApp (app/services/whatsapp/providers).
  if (inbox.channel === 'whatsapp' && files.length > 1) {
    throw refuseContent(`WhatsApp takes one attachment a message, not ${files.length}`);
  }
  return {
    content: text,
    // As a word: the number 1 is accepted too, but makes the contact the sender (app/builders/messages).
    message_type: 'outgoing',
    private: false,
    ...marker(key, attempt, factsOf(inbox).channelType),
    // Without it the mail goes to the contact's address of that moment (app/mailers/conversation_reply_mailer.rb).
    ...(inbox.channel === 'mail' ? { to_emails: address.value } : {}),
    ...(content.kind === 'template'
      ? { template_params: templateParams(edition, content, inbox) }
      : {}),
  };
}

/** JSON, or a form where there are files. */
export function bodyOf(
  fields: Fields,
  content: Content,
): { readonly json: Json } | { readonly multipart: readonly (FieldPart | FilePart)[] } {
  const files = attachmentsOf(content);
  if (files.length === 0) return { json: { ...fields } };
  const name = 'message' in fields ? 'message[attachments][]' : 'attachments[]';
  return { multipart: [...formFields(fields), ...files.map((file) => ({ name, ...file }))] };
}

/** Rails' names for nested fields. */
function formFields(fields: Fields, parent?: string): readonly FieldPart[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const name = parent === undefined ? field : `${parent}[${field}]`;
    if (typeof value !== 'object' || value === null) return [{ name, value: String(value ?? '') }];
    // The one field that a form gives as JSON (app/builders/messages/message_builder.rb).
    return field === 'content_attributes'
      ? [{ name, value: JSON.stringify(value) }]
      : formFields(value as Fields, name);
  });
}

function attachmentsOf(content: Content): readonly Attachment[] {
  return content.kind === 'text' ? (content.attachments ?? []) : [];
}
