import type { INodeProperties } from 'n8n-workflow';
import {
  templateParametersProperty,
  templateProperty,
  textProperty,
} from '../shared/message-properties';
import { one } from '../shared/operation';
import { defaultCountry, maxConcurrency, optionsOf } from '../shared/option-properties';
import { readGivenId } from '../shared/parameters';
import { nameProperty, recipientProperty } from '../shared/properties';
import type { Send } from './api';
import { askOptions } from './manage-operations';
import type { CampaignOperation } from './operation';
import {
  accountProperty,
  inboxProperty,
  messageTypeProperty,
  shownFor,
  templateVariablesProperty,
} from './properties';
import { maxRetries, timeoutSeconds } from './run-options';
import { sendMessage } from './send-message';

const asText = { messageType: ['text'] };
const asTemplate = { messageType: ['template'] };

const templateVariables = templateVariablesProperty(
  'What the placeholders of the template are filled with',
);

const sendKey: INodeProperties = {
  displayName: 'Send Key',
  name: 'sendKey',
  type: 'string',
  default: '',
  placeholder: 'e.g. order-1234-ready',
  description:
    'Names this message for good: one key is sent once, whoever asks, and another message under the same key is refused. Take something that stays the same when the workflow runs again, such as an order number. If empty, it is made from the execution, the node and the item, and covers retries of the same execution only.',
};

const waitSeconds: INodeProperties = {
  displayName: 'Wait for Result (Seconds)',
  name: 'waitSeconds',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 30,
  description:
    "How long to wait until the message is sent or refused. After that the item has the state pending: the runner goes on, and 'Message: Get' tells what became of it.",
};

const sendId: INodeProperties = {
  displayName: 'Send ID',
  name: 'sendId',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. 9b2f0c4d8e7a6135-0',
  description: "What 'Message: Send' and the events of the Campaign Trigger call the message",
};

export const sendOperations: readonly CampaignOperation[] = [
  {
    ...{ resource: 'message', value: 'get', name: 'Get', forAgents: true },
    action: 'Get a message',
    description: 'Say what became of a message that was sent alone or by a campaign',
    parameters: [sendId, askOptions],
    async each({ context, runner }, item) {
      const id = readGivenId(context, item, { name: 'sendId', label: 'Send ID' });
      const path = `/sends/${encodeURIComponent(id)}`;
      return one(await runner.ask<Send>({ method: 'GET', path }, item));
    },
  },
  {
    ...{ resource: 'message', value: 'send', name: 'Send', forAgents: true },
    action: 'Send a message',
    description: 'Send a text or a template to one person, at most once for its send key',
    parameters: [
      ...[accountProperty, inboxProperty, recipientProperty, nameProperty, messageTypeProperty],
      shownFor(textProperty, asText),
      shownFor(templateProperty, asTemplate),
      shownFor(templateVariables, asTemplate),
      shownFor(templateParametersProperty, asTemplate),
      sendKey,
      optionsOf(...[defaultCountry, maxConcurrency, maxRetries, timeoutSeconds, waitSeconds]),
    ],
    each: sendMessage,
  },
];
