import { isFields } from '../body';
import { shown } from './casts';
import type { Conversation, User, Value } from './rows';

/**
 * Runs the Liquid of an outgoing text as far as it takes to show what an injection would do: the usual variables, an
 * unknown one becomes empty, tags vanish, text between backticks is left alone. Filters are not applied.
 * Chatwoot v4.15.1 app/models/concerns/liquidable.rb.
 */
export function renderLiquid(text: string, conversation: Conversation, agent: User | null): string {
  if (!text.includes('{{') && !text.includes('{%')) return text;
  // Odd parts are between backticks.
  const parts = text.split(/(`+[^`]*`+)/);
  return parts
    .map((part, index) => (index % 2 === 1 ? part : renderPart(part, conversation, agent)))
    .join('');
}

/** The same for every text within a template's parameters. */
export function renderLiquidWithin(
  value: Value,
  conversation: Conversation,
  agent: User | null,
): Value {
  if (typeof value === 'string') return renderLiquid(value, conversation, agent);
  if (Array.isArray(value)) {
    return value.map((each) => renderLiquidWithin(each, conversation, agent));
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      renderLiquidWithin(each, conversation, agent),
    ]),
  );
}

function renderPart(text: string, conversation: Conversation, agent: User | null): string {
  return text
    .replace(/\{%[\s\S]*?%\}/g, '')
    .replace(/\{\{([\s\S]*?)\}\}/g, (_whole, expression: string) =>
      variable(expression.split('|')[0]?.trim() ?? '', conversation, agent),
    );
}

function variable(name: string, conversation: Conversation, agent: User | null): string {
  const { contact, inbox } = conversation.session;
  switch (name) {
    case 'contact.name':
      return contact.name;
    case 'contact.first_name':
      return contact.name.split(' ')[0] ?? '';
    case 'contact.phone_number':
      return contact.phoneNumber ?? '';
    case 'contact.email':
      return contact.email ?? '';
    case 'agent.name':
      return agent?.name ?? '';
    case 'inbox.name':
      return inbox.name;
    case 'conversation.display_id':
      return String(conversation.displayId);
  }
  const attribute = /^contact\.custom_attribute\.(\w+)$/.exec(name)?.[1];
  if (attribute === undefined) return '';
  const value = contact.customAttributes[attribute];
  return value === undefined || value === null ? '' : shown(value);
}
