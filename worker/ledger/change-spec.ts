import { record } from './audit';
import { holdCampaign } from './campaigns';
import { needOpen } from './identity';
import type { Ledger } from './ledger';

/** Writes a campaign's new spec down: its pace may change while it is under way. Takes effect at its next start. */
export async function changeSpec(
  ledger: Ledger,
  name: string,
  spec: string,
  now: number,
): Promise<void> {
  await ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    await trx.updateTable('campaigns').set({ spec }).where('id', '=', campaign.id).execute();
    await record(trx, { at: now, campaign: name, action: 'change' });
  });
}
