import type { INodeProperties } from 'n8n-workflow';
import { addRecipients } from './add-recipients';
import { createCampaigns } from './create';
import { createProperties } from './create-properties';
import type { CampaignOperation } from './operation';
import { campaignProperty } from './properties';
import { addRunOptions, createRunOptions } from './run-options';

const completeProperty: INodeProperties = {
  displayName: 'Complete',
  name: 'complete',
  type: 'boolean',
  default: false,
  description:
    "Whether these are the last: the campaign then takes nobody more, and starts if it was made by 'Create and Start'",
};

/** What gives a campaign its recipients. To whom many messages go is decided by a person. */
export const listOperations: readonly CampaignOperation[] = [
  {
    resource: 'campaign',
    value: 'addRecipients',
    name: 'Add Recipients',
    action: 'Add recipients to a campaign',
    description: "Add all input items to a campaign that was created with the option 'Keep Open'",
    parameters: [campaignProperty, completeProperty, addRunOptions],
    forAgents: false,
    all: addRecipients,
  },
  {
    resource: 'campaign',
    value: 'create',
    name: 'Create',
    action: 'Create a campaign',
    description: 'Create a campaign with its recipients, and send nothing until it is started',
    parameters: [...createProperties, createRunOptions],
    forAgents: false,
    all: (execution) => createCampaigns(execution, false),
  },
  {
    resource: 'campaign',
    value: 'createAndStart',
    name: 'Create and Start',
    action: 'Create and start a campaign',
    description: 'Create a campaign with its recipients, and send it as soon as all are in',
    parameters: [...createProperties, createRunOptions],
    forAgents: false,
    all: (execution) => createCampaigns(execution, true),
  },
];
