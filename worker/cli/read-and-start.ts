import { readList } from '../engine/read-list';
import { type Campaign, control, endCanary, type Ledger, needCampaign } from '../ledger';
import type { Globals } from './globals';
import { onInterrupt } from './interrupt';
import { count, say } from './screen';

/**
 * Reads the list of a campaign that somebody else is to drive, and starts or resumes it. With `canary` only so many are
 * written to at first.
 *
 * @returns false when a signal came before the list was complete: a worker goes on from there.
 */
export async function readAndStart(
  ledger: Ledger,
  campaign: Campaign,
  globals: Globals,
  canary?: number,
): Promise<boolean> {
  const { state } = await needCampaign(ledger.db, campaign.name);
  if (state === 'ready' || state === 'paused') {
    const action = state === 'ready' ? 'start' : 'resume';
    const few = canary === undefined ? {} : { canary };
    await control(ledger, campaign.name, { action, ...few }, ledger.now());
  }
  if (state === 'running' && canary === undefined) await endCanary(ledger, campaign.id);
  if (state !== 'importing') return true;
  const interrupt = onInterrupt(() => undefined);
  try {
    let told = performance.now();
    return await readList(ledger, campaign, {
      leaseMs: globals.leaseMs,
      canary,
      stopping: interrupt.stopping,
      onRows(n) {
        if (globals.json || performance.now() - told < 2_000) return;
        told = performance.now();
        say(`Reading the list: ${count(n)} rows so far`);
      },
    });
  } finally {
    interrupt.off();
  }
}
