import type { IExecuteFunctions } from 'n8n-workflow';
import { readValue, readWord, refuse } from '../shared/values';
import { refuseExpressions } from './fixed-texts';

/** The text of a campaign file, as it is: the runner reads it, and names the line of what is wrong. */
export async function readCampaignFile(context: IExecuteFunctions, item: number): Promise<string> {
  if (context.getNodeParameter('campaignFileFrom', item, 'text') !== 'binary') {
    refuseExpressions(context, item, 'file');
    return needText(context, item, readValue(context, item, 'campaignFile'));
  }
  const field = readWord(context, item, 'campaignFileField') || 'campaign';
  context.helpers.assertBinaryData(item, field);
  const bytes = await context.helpers.getBinaryDataBuffer(item, field);
  return needText(context, item, bytes.toString('utf8').replace(/^\uFEFF/, ''));
}

function needText(context: IExecuteFunctions, item: number, text: string): string {
  if (text.trim() !== '') return text;
  throw refuse(context, item, 'The campaign file is empty');
}
