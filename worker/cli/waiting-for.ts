import { waitsFor } from '../campaign/waiting-for';
import { type Ledger, needCampaign } from '../ledger';
import { clockTime } from './screen';

/** What a campaign waits for, as far as the ledger tells at this moment. */
export async function waitingFor(ledger: Ledger, name: string): Promise<string | null> {
  const campaign = await needCampaign(ledger.db, name);
  const { state, intake } = campaign;
  // Whoever reads a list shows that itself; who else starts it is said below it.
  if (state !== 'running' && (state !== 'importing' || intake === null)) return null;
  const waiting = await waitsFor(ledger, campaign);
  if (waiting === null) return null;
  const { why, until } = waiting;
  if (state === 'importing') return why;
  return until === null ? null : `waiting until ${clockTime(until)}: ${why}`;
}
