import type { INodeProperties } from 'n8n-workflow';
import type { BirdProvider } from '../../providers/bird';
import type { Operation } from '../shared/operation';
import { callOptions } from '../shared/option-properties';
import { messageIdProperty } from '../shared/properties';
import { download, getUploadAddress, upload } from './media';
import { channelProperty, conversationProperty } from './properties';

const inputField: INodeProperties = {
  displayName: 'Input Binary Field',
  name: 'binaryField',
  type: 'string',
  default: 'data',
  required: true,
  hint: 'The name of the input field that holds the file',
};

const outputField: INodeProperties = {
  displayName: 'Put Output in Field',
  name: 'binaryField',
  type: 'string',
  default: 'data',
  required: true,
  hint: 'The name of the output field that the file is put in',
};

const usableIn: INodeProperties = {
  displayName: 'Usable In',
  name: 'usableIn',
  type: 'options',
  default: 'channel',
  description: 'Which messages may name the file',
  options: [
    { name: 'Any Channel', value: 'anywhere' },
    { name: 'One Channel', value: 'channel' },
    { name: 'One Conversation', value: 'conversation' },
  ],
};

const contentType: INodeProperties = {
  displayName: 'Content Type',
  name: 'contentType',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. image/png',
};

const only = (property: INodeProperties, where: string): INodeProperties => ({
  ...property,
  displayOptions: { show: { usableIn: [where] } },
});

export const mediaOperations: readonly Operation<BirdProvider>[] = [
  {
    resource: 'media',
    value: 'download',
    name: 'Download',
    action: 'Download the files of a message',
    description: 'Download the files of a message that was sent or received',
    parameters: [channelProperty, messageIdProperty, outputField, callOptions],
    work: download,
  },
  {
    resource: 'media',
    value: 'getUploadAddress',
    name: 'Get Upload Address',
    action: 'Get an upload address',
    description: 'Ask for a presigned place for a file, to be filled by another request',
    parameters: [
      contentType,
      usableIn,
      only(channelProperty, 'channel'),
      only(conversationProperty, 'conversation'),
      callOptions,
    ],
    work: getUploadAddress,
  },
  {
    resource: 'media',
    value: 'upload',
    name: 'Upload',
    action: 'Upload a file',
    description: 'Put a file where messages of a channel can point at it',
    parameters: [channelProperty, inputField, callOptions],
    work: upload,
  },
];
