import type { IDataObject } from 'n8n-workflow';
import type { Campaign } from './api';

/** A campaign as an item: without the rate of the last minutes, which is drawn in the dashboard. */
export function showCampaign({ samples: _, ...campaign }: Campaign): IDataObject {
  return { ...campaign };
}
