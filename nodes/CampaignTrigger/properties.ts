import type { INodeProperties } from 'n8n-workflow';
import { accountProperty, campaignProperty } from '../Campaign/properties';
import { optionsOf } from '../shared/option-properties';

const { required: _campaign, ...anyCampaign } = campaignProperty;
const { required: _account, ...anyAccount } = accountProperty;

export const triggerProperties: INodeProperties[] = [
  {
    displayName:
      'n8n keeps its place in the events before the workflow has run: a crash of n8n between the two loses what it had just fetched. Where that must not be, turn on the durable cursors of n8n, or compare with Campaign: Get Results from time to time.',
    name: 'notice',
    type: 'notice',
    default: '',
  },
  {
    displayName: 'Trigger On',
    name: 'events',
    type: 'multiOptions',
    default: ['replied', 'opted_out'],
    required: true,
    description:
      'What to start the workflow for, with one item for each event. One that is added later begins with what happens from then on.',
    options: [
      {
        name: 'Campaign Cancelled',
        value: 'cancelled',
        description: 'A person ended a campaign',
      },
      {
        name: 'Campaign Finished',
        value: 'finished',
        description: 'Every recipient of a campaign has a final state',
      },
      {
        name: 'Campaign Paused',
        value: 'paused',
        description: 'A person or the campaign itself stopped the sending',
      },
      { name: 'Campaign Ready', value: 'ready', description: 'The list of a campaign is complete' },
      { name: 'Campaign Resumed', value: 'resumed', description: 'A paused campaign goes on' },
      { name: 'Campaign Started', value: 'started', description: 'A campaign begins to send' },
      {
        name: 'Message Delivered',
        value: 'delivered',
        description: 'The platform says that a message has arrived',
      },
      {
        name: 'Message Delivery Failed',
        value: 'delivery_failed',
        description: 'The platform took a message and could not deliver it',
      },
      {
        name: 'Message Failed',
        value: 'failed',
        description: 'The platform refused a message, or it was given up',
      },
      {
        name: 'Message Outcome Unknown',
        value: 'unknown',
        description: 'A message may or may not have been sent: a person has to decide',
      },
      {
        name: 'Message Read',
        value: 'read',
        description: 'The platform says that a message was read',
      },
      { name: 'Person Opted In', value: 'opted_in', description: 'A person wants messages again' },
      { name: 'Person Opted Out', value: 'opted_out', description: 'A person wants no messages' },
      { name: 'Person Replied', value: 'replied', description: 'A person answered a message' },
    ],
  },
  {
    ...anyCampaign,
    description:
      'Only events of this campaign; those of all if empty. Another one begins with what happens from then on.',
  },
  {
    ...anyAccount,
    description:
      "Only events of this account of the runner's; those of all if empty. Another one begins with what happens from then on.",
  },
  optionsOf({
    displayName: 'Max Events per Poll',
    name: 'maxEvents',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 10_000 },
    default: 1_000,
    description:
      'How many items the workflow is started with at most. The rest comes with the next poll.',
  }),
];
