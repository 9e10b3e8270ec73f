import type { INodeProperties } from 'n8n-workflow';
import { type Locator, locatorProperty } from './locators';

/** Parameters that platforms share. Names and texts are the same on each, so that values survive a switch. */

export const inboxLocator: Locator = {
  displayName: 'Inbox',
  name: 'inbox',
  description: 'The inbox to send from: a number, a channel or a mailbox of the account',
  method: 'searchInboxes',
  one: 'an inbox',
  idExample: '3',
  required: true,
};

export const inboxProperty: INodeProperties = locatorProperty(inboxLocator);

export const recipientProperty: INodeProperties = {
  displayName: 'Recipient',
  name: 'recipient',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. +12125550100',
  description:
    'The phone number or email address of the person. A number without a leading plus sign needs the Default Country.',
};

/** Where people are known by number only. */
export const phoneProperty: INodeProperties = {
  displayName: 'Recipient',
  name: 'recipient',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. +12125550100',
  description:
    'The phone number of the person. A number without a leading plus sign needs the Default Country.',
};

export const nameProperty: INodeProperties = {
  displayName: 'Name',
  name: 'contactName',
  type: 'string',
  default: '',
  placeholder: 'e.g. Nathan Smith',
  description: 'The name of the contact, if one is created',
};

export const firstNameProperty: INodeProperties = {
  displayName: 'First Name',
  name: 'firstName',
  type: 'string',
  default: '',
  placeholder: 'e.g. Nathan',
};

export const lastNameProperty: INodeProperties = {
  displayName: 'Last Name',
  name: 'lastName',
  type: 'string',
  default: '',
  placeholder: 'e.g. Smith',
};

export const contactIdProperty: INodeProperties = {
  displayName: 'Contact ID',
  name: 'contactId',
  type: 'string',
  default: '',
  required: true,
  description: 'The ID of the contact, as other operations of this node return it',
};

export const messageIdProperty: INodeProperties = {
  displayName: 'Message ID',
  name: 'messageId',
  type: 'string',
  default: '',
  required: true,
  description: 'The ID of the message, as other operations of this node return it',
};

export const returnAllProperty: INodeProperties = {
  displayName: 'Return All',
  name: 'returnAll',
  type: 'boolean',
  default: false,
  description: 'Whether to return all results or only up to a given limit',
};

export const limitProperty: INodeProperties = {
  displayName: 'Limit',
  name: 'limit',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 50,
  description: 'Max number of results to return',
  displayOptions: { show: { returnAll: [false] } },
};

export function collection(
  displayName: string,
  name: string,
  placeholder: string,
  options: readonly INodeProperties[],
): INodeProperties {
  return { displayName, name, type: 'collection', placeholder, default: {}, options: [...options] };
}
