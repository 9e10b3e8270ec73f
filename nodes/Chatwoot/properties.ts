import type { INodeProperties } from 'n8n-workflow';
import { customAttributesProperty } from '../shared/attributes';
import { conversationLocator, locatorProperty } from '../shared/locators';

/** Numbers are what this platform calls everything by. */
const NUMBER = { pattern: '^\\s*[0-9]+\\s*$', wrong: 'An ID is a number' };

export const conversationProperty = locatorProperty({
  ...conversationLocator,
  id: NUMBER,
  url: {
    example: 'https://app.chatwoot.com/app/accounts/1/conversations/42',
    pattern: '/conversations/([0-9]+)',
    wrong: 'No address of a conversation',
  },
});

export const contactAttributesProperty = customAttributesProperty(
  'getContactAttributes',
  'contact',
);
export const conversationAttributesProperty = customAttributesProperty(
  'getConversationAttributes',
  'conversation',
);

export const assigneeProperty = locatorProperty({
  displayName: 'Assignee',
  name: 'assignee',
  description: 'The agent who takes over',
  method: 'searchAgents',
  one: 'an agent',
  idExample: '7',
  id: NUMBER,
});

export const teamProperty = locatorProperty({
  displayName: 'Team',
  name: 'team',
  description: 'The team that takes over',
  method: 'searchTeams',
  one: 'a team',
  idExample: '2',
  id: NUMBER,
});

export const addLabelsProperty = labels('Add Labels', 'addLabels', 'Labels to add');
export const removeLabelsProperty = labels('Remove Labels', 'removeLabels', 'Labels to take away');

function labels(displayName: string, name: string, what: string): INodeProperties {
  return {
    displayName,
    name,
    type: 'string',
    default: '',
    placeholder: 'e.g. billing, vip',
    description: `${what}, with commas between them`,
  };
}

export const word = (
  displayName: string,
  name: string,
  description: string,
  placeholder = '',
): INodeProperties => ({
  displayName,
  name,
  type: 'string',
  default: '',
  description,
  ...(placeholder !== '' && { placeholder }),
});
