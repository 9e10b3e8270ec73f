import type { IExecuteFunctions } from 'n8n-workflow';
import { refuse } from '../shared/values';
import { hasExpression } from './fixed-texts';

/** Parameters of a campaign by what they are shown for. */
const OF_ALL = { name: 'Name', options: 'Options' };
const OF_FIELDS = {
  account: 'Account',
  inbox: 'Inbox',
  messageType: 'Message Type',
  consentMethod: 'Consent',
  campaignOptions: 'Campaign Options',
};
const OF_FILE = { campaignFileFrom: 'Campaign File', campaignFileField: 'Campaign File Field' };
const OF_ADDING = { campaign: 'Campaign', complete: 'Complete', options: 'Options' };

/** @throws NodeOperationError when a parameter of a new campaign differs from item to item: many items are one campaign. */
export function needOneCampaign(context: IExecuteFunctions): void {
  const fromFile = context.getNodeParameter('definition', 0) === 'file';
  needSame(context, { ...OF_ALL, ...(fromFile ? OF_FILE : OF_FIELDS), ...templateOf(context) });
}

/** The same where recipients are added to one. */
export function needSameCampaign(context: IExecuteFunctions): void {
  needSame(context, OF_ADDING);
}

function templateOf(context: IExecuteFunctions): Record<string, string> {
  return context.getNodeParameter('messageType', 0, 'text') === 'template'
    ? { template: 'Template' }
    : {};
}

function needSame(context: IExecuteFunctions, parameters: Readonly<Record<string, string>>): void {
  const items = context.getInputData().length;
  const written = context.getNode().parameters;
  for (const [name, label] of Object.entries(parameters)) {
    // What is no expression is the same for all; an expression is asked for each of them, however many.
    if (!hasExpression(written[name])) continue;
    const valueAt = (item: number) => JSON.stringify(context.getNodeParameter(name, item, ''));
    const first = valueAt(0);
    for (let item = 1; item < items; item += 1) {
      if (valueAt(item) === first) continue;
      throw refuse(
        context,
        item,
        `'${label}' is not the same for all items`,
        `Item ${item + 1} has another one than the first. All items of an execution are recipients of one campaign: split them before this node, or give it one value. Nothing was sent to the runner`,
      );
    }
  }
}
