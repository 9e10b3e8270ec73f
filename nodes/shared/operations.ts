import type { INodeProperties } from 'n8n-workflow';
import { attributesProperty } from './attributes';
import {
  sendKeyProperty,
  templateParametersProperty,
  templateProperty,
  textProperty,
} from './message-properties';
import type { Operation } from './operation';
import { personOptions, sendingOptions } from './option-properties';
import { inboxProperty, nameProperty, recipientProperty } from './properties';
import { createOrFindContact, findOrCreateConversation, sendTemplate, sendText } from './steps';

/** The three steps as a node offers them; a platform changes what differs there. */

const person: readonly INodeProperties[] = [inboxProperty, recipientProperty, nameProperty];

export const createOrFindContactOperation: Operation = {
  resource: 'contact',
  value: 'createOrFind',
  name: 'Create or Find',
  action: 'Create or find a contact',
  description: 'Find the contact of a phone number or email address, or create it',
  parameters: [...person, attributesProperty, personOptions],
  work: createOrFindContact,
};

export const findOrCreateConversationOperation: Operation = {
  resource: 'conversation',
  value: 'findOrCreate',
  name: 'Find or Create',
  action: 'Find or create a conversation',
  description: "Find the recipient's conversation in an inbox, or create it",
  parameters: [...person, personOptions],
  work: findOrCreateConversation,
};

export const sendOperation: Operation = {
  resource: 'message',
  value: 'send',
  name: 'Send',
  action: 'Send a message',
  description: 'Send a text, at most once for its send key',
  parameters: [...person, textProperty, sendKeyProperty, sendingOptions],
  work: sendText,
};

export const sendTemplateOperation: Operation = {
  resource: 'message',
  value: 'sendTemplate',
  name: 'Send Template',
  action: 'Send a template message',
  description: 'Send an approved template, at most once for its send key',
  parameters: [
    ...person,
    templateProperty,
    templateParametersProperty,
    sendKeyProperty,
    sendingOptions,
  ],
  work: sendTemplate,
};
