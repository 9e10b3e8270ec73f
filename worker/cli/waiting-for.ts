import { type Ledger, needCampaign, nextDue, stoppedUntil } from '../ledger';
import { clockTime } from './screen';

/** What a running campaign waits for, as far as the ledger tells at this moment. */
export async function waitingFor(ledger: Ledger, name: string): Promise<string | null> {
  const campaign = await needCampaign(ledger.db, name);
  if (campaign.state !== 'running') return null;
  const stop = await stoppedUntil(ledger.db, campaign.account);
  if (stop.until > ledger.now()) {
    return `waiting until ${clockTime(stop.until)}: ${stop.why ?? 'the platform asked to wait'}`;
  }
  const due = await nextDue(ledger.db, campaign.id);
  if (due !== null && due > ledger.now() + 1_000) {
    return `waiting until ${clockTime(due)}: the next rows are not due yet`;
  }
  return null;
}
