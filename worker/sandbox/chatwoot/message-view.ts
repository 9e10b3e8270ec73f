import { seconds } from './casts';
import { contactAsSender } from './contact-view';
import { type Attachment, MESSAGE_TYPES, type Message, type Sender } from './rows';
import { unreadCount } from './unread';

/**
 * A message as create, list and search show it: without additional_attributes.
 * Chatwoot v4.15.1 app/views/api/v1/models/_message.json.jbuilder.
 */
export function messageView(message: Message, echoId?: string): Record<string, unknown> {
  return {
    id: message.id,
    content: message.content,
    inbox_id: message.conversation.session.inbox.id,
    ...(echoId === undefined ? {} : { echo_id: echoId }),
    conversation_id: message.conversation.displayId,
    message_type: MESSAGE_TYPES.indexOf(message.messageType),
    content_type: message.contentType,
    status: message.status,
    content_attributes: message.contentAttributes,
    created_at: seconds(message.createdMs),
    private: message.private,
    source_id: message.sourceId,
    ...senderAndAttachments(message),
  };
}

/** Message#push_event_data: every column, as a conversation shows its last message. */
export function messageRow(message: Message): Record<string, unknown> {
  const { conversation, sender } = message;
  return {
    id: message.id,
    content: message.content,
    account_id: conversation.accountId,
    inbox_id: conversation.session.inbox.id,
    conversation_id: conversation.displayId,
    message_type: MESSAGE_TYPES.indexOf(message.messageType),
    created_at: seconds(message.createdMs),
    updated_at: new Date(message.updatedMs).toISOString(),
    private: message.private,
    status: message.status,
    source_id: message.sourceId,
    content_type: message.contentType,
    content_attributes: message.contentAttributes,
    sender_type: sender === null ? null : SENDER_TYPES[sender.kind],
    sender_id:
      sender === null ? null : sender.kind === 'contact' ? sender.contact.id : sender.user.id,
    external_source_ids: {},
    additional_attributes: message.additionalAttributes,
    processed_message_content: message.content,
    sentiment: {},
    conversation: {
      assignee_id: conversation.assignee?.id ?? null,
      unread_count: unreadCount(conversation),
      last_activity_at: seconds(conversation.lastActivityMs),
      contact_inbox: { source_id: conversation.session.sourceId },
    },
    ...senderAndAttachments(message),
  };
}

const SENDER_TYPES = { user: 'User', agent_bot: 'AgentBot', contact: 'Contact' } as const;

function senderAndAttachments(message: Message): Record<string, unknown> {
  return {
    ...(message.attachments.length === 0
      ? {}
      : { attachments: message.attachments.map((each) => attachmentView(each, message)) }),
    ...(message.sender === null ? {} : { sender: senderView(message.sender) }),
  };
}

function senderView(sender: Sender): Record<string, unknown> {
  if (sender.kind === 'contact') return contactAsSender(sender.contact);
  const { user } = sender;
  if (sender.kind === 'agent_bot') {
    return { id: user.id, name: user.name, avatar_url: '', type: 'agent_bot' };
  }
  return {
    id: user.id,
    name: user.name,
    available_name: user.name,
    avatar_url: '',
    type: 'user',
    availability_status: 'online',
    thumbnail: '',
  };
}

export function attachmentView(attachment: Attachment, message: Message): Record<string, unknown> {
  const kind = /^(image|video|audio)\//.exec(attachment.contentType)?.[1] ?? 'file';
  const address = `/rails/active_storage/blobs/redirect/sandbox-${attachment.id}/${encodeURIComponent(attachment.filename)}`;
  return {
    id: attachment.id,
    message_id: message.id,
    file_type: kind,
    account_id: message.conversation.accountId,
    extension: null,
    data_url: address,
    thumb_url: kind === 'image' ? address : '',
    file_size: attachment.size,
  };
}
