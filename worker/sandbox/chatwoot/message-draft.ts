import { isFields } from '../body';
import type { Call } from '../platform';
import { asBoolean, asFields, asId, asText, shown } from './casts';
import { type Problem, Raised, RecordInvalid } from './errors';
import { renderLiquid, renderLiquidWithin } from './liquid';
import { atLeast } from './options';
import {
  type Conversation,
  type Fields,
  MESSAGE_TYPES,
  type Message,
  type MessageType,
  type Sender,
  type User,
} from './rows';
import type { Store } from './store';
import { templateProblems } from './templates';

const CONTENT_LIMIT = 150_000;
const CONTENT_TYPES = [
  'text',
  'input_text',
  'input_textarea',
  'input_email',
  'input_select',
  'cards',
  'form',
  'article',
  'incoming_email',
  'input_csat',
  'integrations',
  'sticker',
  'voice_call',
];
const ITEM_KEYS: Readonly<Record<string, readonly string[]>> = {
  input_select: ['title', 'value'],
  cards: ['title', 'description', 'media_url', 'actions'],
  form: [
    'type',
    'placeholder',
    'label',
    'name',
    'options',
    'default',
    'required',
    'pattern',
    'title',
    'pattern_error',
  ],
  article: ['title', 'description', 'link'],
};

export interface Draft {
  readonly params: Fields;
  readonly files: Call['files'];
  readonly user: User;
  /** For a seeded message from the past. */
  readonly createdMs?: number;
}

/**
 * A message as it would be stored, checked but not yet part of its conversation: so a conversation and its first
 * message are created together or not at all.
 * Chatwoot v4.15.1 app/builders/messages/message_builder.rb.
 *
 * @throws RecordInvalid for a failed validation; Raised for everything else that the builder raises.
 */
export function draftMessage(
  store: Store,
  conversation: Conversation,
  draft: Draft,
  messagesPerMinute: number,
): Message {
  const { params, user } = draft;
  const messageType = typeOf(params, conversation);
  const contentType = asText(params.content_type) ?? 'text';
  if (!CONTENT_TYPES.includes(contentType)) {
    throw new Raised(`'${contentType}' is not a valid content_type`);
  }
  const contentAttributes = contentAttributesOf(params, store.version);
  const additionalAttributes = additionalAttributesOf(params);
  const content = asText(params.content);
  const problems = [
    ...templateProblems(additionalAttributes.template_params),
    ...itemProblems(contentType, contentAttributes),
    ...lengthProblems(content, asText(params.source_id)),
  ];
  const now = store.now();
  if (tooMany(store, conversation, now, messagesPerMinute)) {
    problems.push({ attribute: 'base', message: 'Too many messages' });
  }
  if (problems.length > 0) throw new RecordInvalid(problems);

  const isLiquid = messageType === 'outgoing' || messageType === 'template';
  const agent = user.kind === 'user' ? user : null;
  return {
    id: store.nextId('message'),
    conversation,
    content: isLiquid && content !== null ? renderLiquid(content, conversation, agent) : content,
    messageType,
    contentType,
    contentAttributes,
    additionalAttributes: isLiquid
      ? renderTemplate(additionalAttributes, conversation, agent, store.version)
      : additionalAttributes,
    status: 'sent',
    private: asBoolean(params.private),
    sourceId: asText(params.source_id),
    sender: senderOf(params, conversation, user),
    attachments: attachmentsOf(store, draft),
    createdMs: draft.createdMs ?? now,
    updatedMs: draft.createdMs ?? now,
  };
}

function typeOf(params: Fields, conversation: Conversation): MessageType {
  const given = params.message_type ?? 'outgoing';
  if (typeof given === 'number') {
    const type = MESSAGE_TYPES[given];
    if (type !== undefined) return type;
  }
  if (given === 'incoming' && conversation.session.inbox.channelType !== 'Channel::Api') {
    throw new Raised('Incoming messages are only allowed in Api inboxes');
  }
  if (!(MESSAGE_TYPES as readonly unknown[]).includes(given)) {
    throw new Raised(`'${shown(given)}' is not a valid message_type`);
  }
  return given as MessageType;
}

/** The builder compares with the text "outgoing": the integer 1 makes the contact the sender. */
function senderOf(params: Fields, conversation: Conversation, user: User): Sender {
  if ((params.message_type ?? 'outgoing') !== 'outgoing') {
    return { kind: 'contact', contact: conversation.session.contact };
  }
  const botId = params.sender_type === 'AgentBot' ? asId(params.sender_id) : undefined;
  if (botId !== undefined) return { kind: 'agent_bot', user: { ...user, id: botId } };
  return { kind: user.kind, user };
}

/** Up to 4.8 all but three keys are dropped without a word; automation_rule_id replaces everything else. */
function contentAttributesOf(params: Fields, version: string): Fields {
  const given = parsed(params.content_attributes);
  const kept = atLeast(version, '4.9.0')
    ? { ...given }
    : pick(given, ['items', 'in_reply_to', 'automation_rule_id']);
  if (params.external_created_at !== undefined && params.external_created_at !== null) {
    kept.external_created_at = params.external_created_at;
  }
  const to = asText(params.to_emails);
  if (to !== null) kept.to_emails = to.split(',').map((mail) => mail.trim());
  const rule = kept.automation_rule_id;
  return rule === undefined ? kept : { automation_rule_id: rule };
}

function parsed(value: Fields[string] | undefined): Fields {
  if (typeof value !== 'string') return asFields(value);
  try {
    return asFields(JSON.parse(value) as Fields);
  } catch {
    return {};
  }
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

/** template_params overwrite a campaign_id: the merge is shallow. */
function additionalAttributesOf(params: Fields): Fields {
  const template = params.template_params;
  if (template !== undefined && template !== null && template !== '') {
    return { template_params: typeof template === 'string' ? parsed(template) : template };
  }
  const campaign = params.campaign_id;
  return campaign === undefined || campaign === null ? {} : { campaign_id: campaign };
}

function renderTemplate(
  attributes: Fields,
  conversation: Conversation,
  agent: User | null,
  version: string,
): Fields {
  const template = attributes.template_params;
  if (!atLeast(version, '4.6.0') || !isFields(template)) return attributes;
  if (template.processed_params === undefined) return attributes;
  const rendered = renderLiquidWithin(template.processed_params, conversation, agent);
  return { ...attributes, template_params: { ...template, processed_params: rendered } };
}

/** Chatwoot v4.15.1 app/models/concerns/content_attribute_validator.rb. */
function itemProblems(contentType: string, attributes: Fields): Problem[] {
  const keys = ITEM_KEYS[contentType];
  if (keys === undefined) return [];
  const items = attributes.items;
  if (!Array.isArray(items) || items.length === 0) {
    return [{ attribute: 'content_attributes', message: 'At least one item is required.' }];
  }
  if (!items.every(isFields)) {
    return [{ attribute: 'content_attributes', message: 'Items should be a hash.' }];
  }
  const strange = items.flatMap((item) => Object.keys(item)).filter((key) => !keys.includes(key));
  if (strange.length === 0) return [];
  const message = `contains invalid keys for items : [${strange.join(', ')}]`;
  return [{ attribute: 'content_attributes', message }];
}

function lengthProblems(content: string | null, sourceId: string | null): Problem[] {
  const problems: Problem[] = [];
  // Characters, not UTF-16 units: counted only where it can matter.
  if (content !== null && content.length > CONTENT_LIMIT && [...content].length > CONTENT_LIMIT) {
    const message = `is too long (maximum is ${CONTENT_LIMIT} characters)`;
    problems.push({ attribute: 'content', message });
  }
  if (sourceId !== null && sourceId.length > 20_000) {
    problems.push({ attribute: 'source_id', message: 'is too long (maximum is 20000 characters)' });
  }
  return problems;
}

/** All types count, over a rolling minute. Chatwoot v4.15.1 lib/limits.rb, since 3.9. */
function tooMany(store: Store, conversation: Conversation, now: number, limit: number): boolean {
  if (!atLeast(store.version, '3.9.0')) return false;
  const nth = conversation.messages.at(-limit);
  return nth !== undefined && nth.createdMs >= now - 60_000;
}

function attachmentsOf(store: Store, draft: Draft): Message['attachments'] {
  // A signed id names an upload of its own, and there are none here.
  if (draft.params.attachments !== undefined) throw new Raised('mismatched digest');
  return draft.files
    .filter(({ name }) => name === 'attachments[]' || name === 'attachments')
    .map(({ file }) => ({ id: store.nextId('attachment'), ...file }));
}
