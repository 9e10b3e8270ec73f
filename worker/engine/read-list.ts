import { type ImportOptions, importList } from '../campaign/import-list';
import { type Campaign, control, LEASE_MS, type Ledger } from '../ledger';
import { AlreadyDriven, holderHere, takeSeat } from './seat';

/**
 * Reads the list of a campaign that others are to drive, and starts it. Another process that reads it already is left to.
 *
 * @returns false when it was stopped before the end: whoever drives it reads on from there.
 */
export async function readList(
  ledger: Ledger,
  campaign: Campaign,
  {
    leaseMs = LEASE_MS,
    canary,
    ...options
  }: Omit<ImportOptions, 'clock'> & {
    readonly leaseMs?: number | undefined;
    readonly canary?: number | undefined;
  },
): Promise<boolean> {
  const seat = await takeSeat(
    { ledger, campaign, holder: holderHere(), clock: ledger.now, policy: { leaseMs } },
    () => false,
  ).catch((error: unknown) => {
    // A worker was faster, and reads the list already.
    if (error instanceof AlreadyDriven) return null;
    throw error;
  });
  if (seat === null) return true;
  try {
    const complete = await importList(ledger, campaign, { ...options, clock: ledger.now });
    if (complete) {
      const few = canary === undefined ? {} : { canary };
      await control(ledger, campaign.name, { action: 'start', ...few }, ledger.now());
    }
    return complete;
  } finally {
    await seat.leave();
  }
}
