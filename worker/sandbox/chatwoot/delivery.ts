import { isFields } from '../body';
import type { CountedMessage } from '../counts';
import { asText } from './casts';
import type { Inbox, Message, Session } from './rows';
import type { Store } from './store';
import { twilioTemplateFailure, whatsappTemplateFailure } from './templates';
import { canReply } from './window';

/** What the workers will make of a message once it is committed. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** The row stays as it is; nothing goes out. */
  | { readonly kind: 'suppressed'; readonly why: string }
  /** The provider or Chatwoot itself refuses; shown as `external_error`. */
  | { readonly kind: 'failed'; readonly why: string };

/** Undefined for what is not a message to a person: incoming ones, notes, activities. */
export function deliveryOf(store: Store, message: Message): Delivery | undefined {
  if (message.private) return undefined;
  if (message.messageType !== 'outgoing' && message.messageType !== 'template') return undefined;
  const { inbox } = message.conversation.session;
  if (!hasProvider(inbox)) return { kind: 'delivered' };
  if (message.sourceId !== null) {
    // Chatwoot v4.15.1 app/services/base/send_on_channel_service.rb: it is taken for the channel's own message.
    return { kind: 'suppressed', why: 'a message with a source_id is not sent on this channel' };
  }
  if (store.edition.silentTemplates && isWhatsapp(inbox) && isTemplate(message)) {
    return { kind: 'suppressed', why: 'templates that come this way are not delivered' };
  }
  const failure = failureOf(store, message, inbox);
  return failure === undefined ? { kind: 'delivered' } : { kind: 'failed', why: failure };
}

function isWhatsapp({ channelType, medium }: Inbox): boolean {
  return channelType === 'Channel::Whatsapp' || medium === 'whatsapp';
}

function isTemplate({ additionalAttributes }: Message): boolean {
  return isFields(additionalAttributes.template_params);
}

function failureOf(store: Store, message: Message, inbox: Inbox): string | undefined {
  const params = message.additionalAttributes.template_params;
  const closed = !canReply(message.conversation, store.now());
  if (inbox.channelType === 'Channel::Whatsapp') {
    if (isFields(params)) return whatsappTemplateFailure(inbox, params, store.version);
    return closed ? 'Template not found or invalid template name' : undefined;
  }
  if (inbox.channelType === 'Channel::TwilioSms') {
    if (isFields(params)) return twilioTemplateFailure(inbox, params);
    // The provider's refusal; its number and text are Twilio's.
    return closed
      ? '63016 - Failed to send freeform message because you are outside the allowed window.'
      : undefined;
  }
  return undefined;
}

/** Does what the send worker does to the row: a provider's id, or a failure. False where it does nothing. */
export function finishDelivery(message: Message, delivery: Delivery, nowMs: number): boolean {
  if (!hasProvider(message.conversation.session.inbox)) return false;
  if (delivery.kind === 'delivered') message.sourceId = providerId(message);
  if (delivery.kind === 'failed') {
    message.status = 'failed';
    message.contentAttributes = { ...message.contentAttributes, external_error: delivery.why };
  }
  message.updatedMs = nowMs;
  return delivery.kind !== 'suppressed';
}

/** The message as the sandbox counts it. */
export function counted(
  { edition }: Store,
  message: Message,
  delivery: Delivery,
  nowMs: number,
): CountedMessage {
  const { session } = message.conversation;
  return {
    platform: edition.id,
    recipient: pinned(message) ?? addressOf(session),
    delivered: delivery.kind === 'delivered',
    ...(delivery.kind === 'delivered' ? {} : { why: delivery.why }),
    messageId: String(message.id),
    conversationId: String(message.conversation.displayId),
    inboxId: String(session.inbox.id),
    content: message.content,
    key: markerOf(message),
    attributes: message.contentAttributes,
    at: nowMs,
  };
}

/** Whether a worker hands messages of this inbox to a provider; on the others the row itself is the delivery. */
function hasProvider(inbox: Inbox): boolean {
  return inbox.channelType !== 'Channel::Api' && inbox.channelType !== 'Channel::WebWidget';
}

/** A mail goes to `to_emails` where the message names somebody (app/mailers/conversation_reply_mailer.rb). */
function pinned({ conversation, contentAttributes }: Message): string | null {
  if (conversation.session.inbox.channelType !== 'Channel::Email') return null;
  const to = contentAttributes.to_emails;
  return Array.isArray(to) ? asText(to[0]) : asText(to);
}

/** Phone channels and e-mail write to the session's source_id, not to the contact's present address. */
function addressOf(session: Session): string {
  const { contact, inbox, sourceId } = session;
  switch (inbox.channelType) {
    case 'Channel::Api':
    case 'Channel::WebWidget':
      return contact.phoneNumber || contact.email || `contact:${contact.id}`;
    case 'Channel::Whatsapp':
      return /^\d+$/.test(sourceId) ? `+${sourceId}` : sourceId;
    default:
      return sourceId.replace(/^whatsapp:/, '');
  }
}

/** The caller's key: in a bag of its own as `key` or `k`, else one of the other carriers. */
function markerOf(message: Message): string | null {
  for (const value of Object.values(message.contentAttributes)) {
    if (!isFields(value)) continue;
    const key = asText(value.key) ?? asText(value.k);
    if (key !== null) return key;
  }
  return asText(message.contentAttributes.external_created_at) ?? message.sourceId;
}

function providerId(message: Message): string {
  const { inbox } = message.conversation.session;
  switch (inbox.channelType) {
    case 'Channel::Whatsapp':
      return `wamid.SANDBOX${message.id}`;
    case 'Channel::TwilioSms':
      return `SM${message.id.toString(16).padStart(32, '0')}`;
    case 'Channel::Email':
      return `conversation/${message.conversation.uuid}/messages/${message.id}@sandbox.example`;
    default:
      return `sms-${message.id}`;
  }
}
