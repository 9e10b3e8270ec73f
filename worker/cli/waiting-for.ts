import { type Campaign, type Ledger, nextDue, stoppedUntil } from '../ledger';
import { clockTime } from './screen';

/** What a running campaign waits for, as far as the ledger tells. */
export async function waitingFor(ledger: Ledger, campaign: Campaign): Promise<string | null> {
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
