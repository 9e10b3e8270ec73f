import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Run } from '../campaign/run';
import { unlessBusy } from '../campaign/unless-busy';
import { type Campaign, type DriverLease, end, type Ledger, renew, takeDriver } from '../ledger';

/** How often a seat that somebody else held is looked at again. */
const LOOK_MS = 250;

/** Somebody else drives this campaign, and is alive. */
export class AlreadyDriven extends Error {
  override readonly name = 'AlreadyDriven';

  constructor(readonly holder: string) {
    super(`it is being run by ${holder} already`);
  }
}

/** Who asks for a seat; a whole `Run` fits. */
export interface Driver {
  readonly ledger: Ledger;
  readonly campaign: Pick<Campaign, 'id'>;
  readonly holder: string;
  readonly clock: () => number;
  readonly policy: Pick<Run['policy'], 'leaseMs'>;
}

/** This process, as others read it in a lease. */
export const holderHere = (): string => `process ${process.pid} on ${hostname()}`;

/** The driver's seat of a campaign, renewed until it is left. */
export interface Seat {
  /** False when another process has it now; a seat that was merely not renewed in time is taken again. */
  held(): Promise<boolean>;
  leave(): Promise<void>;
}

/**
 * Takes the driver's seat. A holder that renews is alive; one that does not is waited out, unless `impatient`.
 *
 * @throws AlreadyDriven when another process drives the campaign.
 */
export async function takeSeat(run: Driver, impatient: () => boolean): Promise<Seat> {
  const { ledger, clock, policy } = run;
  let lease = await waitForSeat(run, impatient);
  let valid = true;
  async function keep(): Promise<void> {
    valid &&= await renew(ledger, lease.id, clock(), policy.leaseMs);
  }
  const renewal = setInterval(unlessBusy(keep), policy.leaseMs / 5);
  return {
    async held() {
      if (valid) return true;
      const seat = await takeDriver(ledger, run.campaign.id, run.holder, clock(), policy.leaseMs);
      if ('held' in seat) return false;
      lease = seat.taken;
      valid = true;
      return true;
    },
    async leave() {
      clearInterval(renewal);
      await end(ledger, lease.id).catch(() => undefined);
    },
  };
}

async function waitForSeat(run: Driver, impatient: () => boolean): Promise<DriverLease> {
  const { ledger, campaign, holder, clock, policy } = run;
  let first: DriverLease | undefined;
  for (;;) {
    const seat = await takeDriver(ledger, campaign.id, holder, clock(), policy.leaseMs);
    if ('taken' in seat) return seat.taken;
    first ??= seat.held;
    const { id, until } = seat.held;
    // A lease without end is a workflow's: there is nothing to wait for.
    const endless = !Number.isFinite(until);
    if (endless || id !== first.id || until > first.until || impatient()) {
      throw new AlreadyDriven(seat.held.holder);
    }
    await wait(LOOK_MS);
  }
}
