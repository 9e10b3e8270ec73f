import type { BirdProvider } from '../../providers/bird';
import {
  optionalTextProperty,
  sendKeyProperty,
  templateParametersProperty,
} from '../shared/message-properties';
import type { Operation } from '../shared/operation';
import { sendOperation, sendTemplateOperation } from '../shared/operations';
import { callOptions, personOptions, sendingOptions } from '../shared/option-properties';
import {
  limitProperty,
  messageIdProperty,
  nameProperty,
  recipientProperty,
  returnAllProperty,
} from '../shared/properties';
import { sendContent } from '../shared/steps';
import { contactOperations } from './contact-operations';
import { readMessage } from './content';
import { conversationOperations } from './conversation-operations';
import { getChannelMessages, getInteractions, getWorkspaceMessages } from './lists';
import { mediaOperations } from './media-operations';
import {
  birdFilesProperty,
  birdTemplateProperty,
  channelFilters,
  channelProperty,
  workspaceFilters,
} from './properties';
import { getChannel, getChannels, getMessage, getTemplates } from './work';

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
  ...contactOperations,
  ...conversationOperations,
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
    parameters: [
      ...person,
      optionalTextProperty,
      birdFilesProperty,
      sendKeyProperty,
      sendingOptions,
    ],
    work: (execution, item) =>
      sendContent(execution, item, (inbox) => readMessage(execution, item, inbox)),
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
