import type { CredentialField } from '../provider';
import { DEFAULT_FILTERS } from './settings';

/** The account's fields. All but the first three are settings for what no public document fixes. */
export const CREDENTIALS: readonly CredentialField[] = [
  {
    name: 'url',
    label: 'URL',
    default: 'https://api.bird.com',
    help: 'Address of the Bird CRM API.',
  },
  {
    name: 'workspaceId',
    label: 'Workspace ID',
    required: true,
    help: 'The id of the workspace: in its settings, and in the address bar of Bird after /workspaces/.',
  },
  {
    name: 'accessKey',
    label: 'Access Key',
    secret: true,
    required: true,
    help: 'An access key of the Bird CRM, from the workspace settings. Not one that begins with bk_.',
  },
  {
    name: 'authScheme',
    label: 'Authorization Scheme',
    default: 'AccessKey',
    help: 'The word before the key in the Authorization header.',
  },
  {
    name: 'conversations',
    label: 'Conversations',
    default: 'none',
    help: 'none: messages go to the channel. inbox: they go into the conversation of the shared inbox, which is created where there is none.',
  },
  {
    name: 'accessKeyId',
    label: 'Access Key ID',
    default: '',
    help: 'The id of the key, not the key: who writes in a conversation. Needed with conversations: inbox.',
  },
  {
    name: 'consent',
    label: 'Consent',
    default: 'respect',
    help: 'respect: nobody whose subscription attribute says no. require: only who says yes. ignore: it is not looked at.',
  },
  {
    name: 'nameField',
    label: 'Name Field',
    default: 'displayName',
    help: "The field of a contact that a person's name is written to; empty: names are not written.",
  },
  {
    name: 'tag',
    label: 'Tag',
    default: 'campaign-runner',
    help: 'A tag on every message that is sent to a channel; empty: none.',
  },
  {
    name: 'mailSubject',
    label: 'Mail Subject',
    default: '',
    help: 'The subject of text mails. Without it an e-mail channel takes templates only.',
  },
  {
    name: 'filters',
    label: 'List Filters',
    default: DEFAULT_FILTERS,
    help: 'Query names of the filters of message lists, as ours=theirs; an empty name leaves a filter out.',
  },
  {
    name: 'presignPath',
    label: 'Upload Path',
    default: '/channels/:channelId/presigned-upload',
    help: 'Where a place for a file is asked for, below the workspace.',
  },
  {
    name: 'sharedPresignPath',
    label: 'Shared Upload Path',
    default: '/media/presigned-upload',
    help: 'The same for files of no channel.',
  },
  {
    name: 'uploadHost',
    label: 'Upload Host',
    default: '',
    help: 'The end that the host of an upload must have, such as .amazonaws.com; empty: any host with https.',
  },
  {
    name: 'mediaUrl',
    label: 'Media URL',
    default: 'https://media.api.bird.com',
    help: 'Address from which files of messages are downloaded with the key.',
  },
];
