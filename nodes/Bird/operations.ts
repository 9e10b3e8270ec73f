import type { BirdProvider } from '../../providers/bird';
import { sendKeyProperty, templateParametersProperty } from '../shared/message-properties';
import type { Operation } from '../shared/operation';
import {
  createOrFindContactOperation,
  findOrCreateConversationOperation,
  sendOperation,
  sendTemplateOperation,
} from '../shared/operations';
import { callOptions, personOptions, sendingOptions } from '../shared/option-properties';
import {
  attributesProperty,
  contactIdProperty,
  conversationIdProperty,
  limitProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { sendContent } from '../shared/steps';
import { readMessage } from './content';
import {
  getChannelMessages,
  getConversationMessages,
  getConversations,
  getInteractions,
  getWorkspaceMessages,
} from './lists';
import { mediaOperations } from './media-operations';
import {
  birdTemplateProperty,
  birdTextProperty,
  channelFilters,
  channelProperty,
  conversationFilters,
  conversationMessageFilters,
  filesProperty,
  messageIdProperty,
  newNameProperty,
  workspaceFilters,
} from './properties';
import {
  createContact,
  findOrCreateConversation,
  getChannel,
  getChannels,
  getContact,
  getMessage,
  getTemplates,
  searchContacts,
} from './work';

const person = [channelProperty, recipientProperty, nameProperty];
const page = [returnAllProperty, limitProperty];

/** Everything that the platform's document describes, and what its contacts and conversations need besides. */
export const birdOperations: readonly Operation<BirdProvider>[] = [
  {
    resource: 'channel',
    value: 'get',
    name: 'Get',
    action: 'Get a channel',
    description: 'Get a channel: what it is, and whether it can send',
    parameters: [channelProperty, callOptions],
    work: getChannel,
  },
  {
    resource: 'channel',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many channels',
    description: 'Get all channels of the workspace',
    parameters: [callOptions],
    work: getChannels,
  },
  {
    resource: 'contact',
    value: 'create',
    name: 'Create',
    action: 'Create a contact',
    description: 'Create a contact; a phone number or email address that somebody has is refused',
    parameters: [recipientProperty, newNameProperty, attributesProperty, personOptions],
    work: createContact,
  },
  {
    ...createOrFindContactOperation,
    description: 'Create the contact of a phone number or email address, or update it',
    parameters: [...person, attributesProperty, personOptions],
  },
  {
    resource: 'contact',
    value: 'get',
    name: 'Get',
    action: 'Get a contact',
    description: 'Get a contact with its identifiers and attributes',
    parameters: [contactIdProperty, callOptions],
    work: getContact,
  },
  {
    resource: 'contact',
    value: 'search',
    name: 'Search',
    action: 'Search contacts',
    description: 'Find the contact that owns a phone number or email address',
    parameters: [recipientProperty, personOptions],
    work: searchContacts,
  },
  {
    ...findOrCreateConversationOperation,
    description: "Find the recipient's conversation in the shared inbox, or create it empty",
    parameters: [...person, personOptions],
    work: findOrCreateConversation,
  },
  {
    resource: 'conversation',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many conversations',
    description: 'Get the conversations of the workspace, or those of one person',
    parameters: [...page, conversationFilters, personOptions],
    work: getConversations,
  },
  {
    resource: 'conversation',
    value: 'getMessages',
    name: 'Get Messages',
    action: 'Get the messages of a conversation',
    description: 'Get the messages of a conversation',
    parameters: [conversationIdProperty, ...page, conversationMessageFilters, callOptions],
    work: getConversationMessages,
  },
  ...mediaOperations,
  {
    resource: 'message',
    value: 'get',
    name: 'Get',
    action: 'Get a message',
    description: 'Get a message of a channel with its status',
    parameters: [channelProperty, messageIdProperty, callOptions],
    work: getMessage,
  },
  {
    resource: 'message',
    value: 'getInteractions',
    name: 'Get Interactions',
    action: 'Get the interactions of a message',
    description: 'Get what happened to a message beyond its delivery: read, opened, clicked',
    parameters: [channelProperty, messageIdProperty, callOptions],
    work: getInteractions,
  },
  {
    resource: 'message',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many messages of a channel',
    description: 'Get the messages of a channel',
    parameters: [channelProperty, ...page, channelFilters, personOptions],
    work: getChannelMessages,
  },
  {
    resource: 'message',
    value: 'getManyInWorkspace',
    name: 'Get Many in Workspace',
    action: 'Get many messages of the workspace',
    description: 'Get the messages of all channels',
    parameters: [...page, workspaceFilters, personOptions],
    work: getWorkspaceMessages,
  },
  {
    ...sendOperation,
    description: 'Send a text, with files if there are any, at most once for its send key',
    parameters: [...person, birdTextProperty, filesProperty, sendKeyProperty, sendingOptions],
    work: (execution, item) => sendContent(execution, item, () => readMessage(execution, item)),
  },
  {
    ...sendTemplateOperation,
    parameters: [
      ...person,
      birdTemplateProperty,
      templateParametersProperty,
      sendKeyProperty,
      sendingOptions,
    ],
  },
  {
    resource: 'template',
    value: 'getMany',
    name: 'Get Many',
    action: 'Get many templates',
    description: "Get the templates of the workspace's projects",
    parameters: [callOptions],
    work: getTemplates,
  },
];
