import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { chatwoot } from '../../providers/chatwoot';
import { executeOn } from '../shared/operations';
import type { Platform } from '../shared/platform';
import {
  inboxProperty,
  messageProperties,
  optionsProperty,
  recipientProperties,
} from '../shared/properties';
import { listSearchOf } from '../shared/search';

const platform: Platform = { definition: chatwoot, credentialName: 'chatwootApi' };

export class Chatwoot implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Chatwoot',
    name: 'chatwoot',
    icon: { light: 'file:../../icons/chatwoot.svg', dark: 'file:../../icons/chatwoot.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'Create contacts and conversations and send messages in Chatwoot',
    defaults: { name: 'Chatwoot' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'chatwootApi', required: true }],
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        default: 'message',
        options: [
          { name: 'Contact', value: 'contact' },
          { name: 'Conversation', value: 'conversation' },
          { name: 'Message', value: 'message' },
        ],
      },
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        default: 'createOrFind',
        displayOptions: { show: { resource: ['contact'] } },
        options: [
          {
            name: 'Create or Find',
            value: 'createOrFind',
            action: 'Create or find a contact',
            description: 'Find the contact of a phone number or email address, or create it',
          },
        ],
      },
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        default: 'findOrCreate',
        displayOptions: { show: { resource: ['conversation'] } },
        options: [
          {
            name: 'Find or Create',
            value: 'findOrCreate',
            action: 'Find or create a conversation',
            description: "Find the recipient's conversation in an inbox, or create it",
          },
        ],
      },
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        default: 'send',
        displayOptions: { show: { resource: ['message'] } },
        options: [
          {
            name: 'Send',
            value: 'send',
            action: 'Send a message',
            description: 'Send a text, at most once for its send key',
          },
          {
            name: 'Send Template',
            value: 'sendTemplate',
            action: 'Send a template message',
            description: 'Send an approved template, at most once for its send key',
          },
        ],
      },
      inboxProperty,
      ...recipientProperties,
      ...messageProperties,
      optionsProperty,
    ],
  };

  methods = { listSearch: listSearchOf(platform) };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return [await executeOn(this, platform)];
  }
}
