import type { INodeProperties } from 'n8n-workflow';
import type { PivotcxProvider } from '../../providers/pivotcx';
import { rememberedSendKeyProperty, textProperty } from '../shared/message-properties';
import type { Operation } from '../shared/operation';
import { createOrFindContactOperation, sendOperation } from '../shared/operations';
import { blindSendingOptions, callOptions, personOptions } from '../shared/option-properties';
import {
  collection,
  contactIdProperty,
  firstNameProperty,
  lastNameProperty,
  limitProperty,
  nameProperty,
  phoneProperty,
  returnAllProperty,
} from '../shared/properties';
import { findConversation, getConversations } from './find-conversation';

const { required: _, ...optionalContactId } = contactIdProperty;

const knownContactProperty: INodeProperties = {
  ...optionalContactId,
  description: 'The ID of the contact, if it is known; else a number alone verifies a conversation',
};

const emailProperty: INodeProperties = {
  displayName: 'Email',
  name: 'email',
  type: 'string',
  placeholder: 'e.g. nathan@email.com',
  default: '',
  description: 'Kept with the same opt-in; nothing is sent to it',
};

const optInMethodProperty: INodeProperties = {
  displayName: 'Opt-In Method',
  name: 'optInMethod',
  type: 'string',
  default: '',
  placeholder: 'e.g. list',
  description:
    'How the person agreed to be written to, in a word that PivotCX knows, such as list or delegated. If empty, it is what the credential says.',
};

const optInDetailProperty: INodeProperties = {
  displayName: 'Opt-In Detail',
  name: 'optInDetail',
  type: 'string',
  default: '',
  placeholder: 'e.g. signup form, May 2026',
  description: 'Where and when the person agreed. If empty, it is what the credential says.',
};

const additionalFields = (...options: readonly INodeProperties[]): INodeProperties =>
  collection('Additional Fields', 'additionalFields', 'Add Field', options);

const conversationFilters = collection('Filters', 'filters', 'Add Filter', [
  {
    displayName: 'Contact Name',
    name: 'contactName',
    type: 'string',
    default: '',
    placeholder: 'e.g. Jane',
    description: 'A part of the name of the contact',
  },
]);

const namesProperty = additionalFields(firstNameProperty, lastNameProperty);
/** A contact is made with the evidence of its opt-in, or not at all. */
const person = [
  ...[phoneProperty, nameProperty, optInMethodProperty, optInDetailProperty],
  additionalFields(emailProperty, firstNameProperty, lastNameProperty),
];

export const pivotcxOperations: readonly Operation<PivotcxProvider>[] = [
  {
    ...createOrFindContactOperation,
    description: 'Find the contact of a phone number, or create it with the evidence of its opt-in',
    parameters: [...person, personOptions],
  },
  {
    resource: 'conversation',
    value: 'find',
    name: 'Find',
    action: 'Find a conversation',
    description:
      "Find the conversation that PivotCX started with the contact, by the contact's name",
    parameters: [phoneProperty, nameProperty, knownContactProperty, namesProperty, personOptions],
    work: findConversation,
  },
  {
    resource: 'conversation',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many conversations',
    description: "Get the conversations of the team, or those with a text in their contact's name",
    parameters: [returnAllProperty, limitProperty, conversationFilters, callOptions],
    work: getConversations,
  },
  {
    ...sendOperation,
    description: 'Send a text by SMS; one whose answer is lost is never sent again',
    parameters: [...person, textProperty, rememberedSendKeyProperty, blindSendingOptions],
  },
];
