import { type Campaign, chooseEngine, type Ledger, needCampaign } from '../ledger';
import type { Globals } from './globals';
import { say } from './screen';

/**
 * Gives a campaign to the engine that the command line names, where it is another one; without --engine it stays.
 *
 * @throws LedgerError when it runs, or somebody drives it: that has to end first.
 */
export async function chosenEngine(
  ledger: Ledger,
  campaign: Campaign,
  { engine, json }: Globals,
): Promise<Campaign> {
  if (engine === undefined || engine === campaign.engine) return campaign;
  await chooseEngine(ledger, campaign.name, engine, ledger.now());
  if (!json) say(`${campaign.name} is driven by the ${engine} engine from now on.`);
  return needCampaign(ledger.db, campaign.name);
}
