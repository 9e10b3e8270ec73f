import type { INodeExecutionData } from 'n8n-workflow';
import { needSameCampaign } from './agreed';
import type { Campaign } from './api';
import { sealed } from './create';
import { adviseOnFields } from './editor-words';
import { explaining } from './explain';
import { handOver, oneItem } from './hand-over';
import { hintAtOutcome } from './hints';
import { readList } from './list-of-items';
import type { CampaignExecution } from './operation';
import { readCampaign } from './properties';
import { pathOf } from './request';
import { showCampaign } from './shape';

/** Adds all items to a campaign that is open. The same items again are the same part of it, and add nobody. */
export async function addRecipients(
  execution: CampaignExecution,
): Promise<readonly INodeExecutionData[]> {
  const { context, runner } = execution;
  needSameCampaign(context);
  const name = readCampaign(context, 0);
  const list = readList(context);
  const show = { method: 'GET', path: pathOf(name) } as const;
  const { imported } = await runner.ask<Campaign>(show);
  const keyOf = (part: number) => `n8n-${list.id}-${part}`;
  const handed = handOver(execution, list, { name, imported, keyOf });
  const recipients = await explaining(handed, adviseOnFields);
  const complete = context.getNodeParameter('complete', 0, false) === true;
  const campaign = complete
    ? await sealed(execution, name, recipients)
    : await runner.ask<Campaign>(show);
  const { skipped } = recipients;
  hintAtOutcome(context, campaign, { skipped, counted: 'item', start: complete });
  return [oneItem({ ...showCampaign(campaign), recipients }, list.rows)];
}
