import { Command } from 'commander';
import { importList } from '../campaign/import-list';
import { AlreadyDriven, holderHere, takeSeat } from '../engine/seat';
import { startIfAsked } from '../engine/work';
import {
  type Campaign,
  control,
  findCampaign,
  LEASE_MS,
  type Ledger,
  needCampaign,
} from '../ledger';
import { withConnection } from './connected';
import { create, refuseOther } from './create';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { refuseEnded, showEnded } from './go-on';
import { onInterrupt } from './interrupt';
import { withLedger } from './ledger-file';
import { prepare } from './prepare';
import { leaveToWorker } from './resume';
import { refusePaused, wasStopped } from './run';
import { count, say } from './screen';

export function command(): Command {
  return new Command('start')
    .description(
      'Checks the campaign, reads its list into the ledger and starts it; the sending is left to campaign worker. When this\n' +
        'process dies on the way, a worker reads on and starts it.',
    )
    .argument('<file>', 'the campaign file')
    .addHelpText(
      'after',
      '\nExample:\n  campaign start spring.campaign.yaml && campaign status spring-recall --watch',
    )
    .action(async (file: string, _options: unknown, self: Command) => {
      const globals = globalsOf(self);
      process.exitCode = await start(file, globals);
    });
}

async function start(path: string, globals: Globals): Promise<number> {
  const prepared = await prepare(path, globals);
  return withLedger(globals, async (ledger) => {
    const existing = await findCampaign(ledger.db, prepared.file.name);
    if (existing !== undefined) {
      await refuseOther(existing, prepared);
      if (showEnded(existing)) return refuseEnded(ledger, existing, globals);
      if (wasStopped(existing)) return refusePaused(existing, globals);
    }
    const campaign =
      existing ??
      (await withConnection(prepared.account, { ledger, globals }, (connection) =>
        create(prepared, { connection, ledger, globals }, true),
      ));
    return (await readAndStart(ledger, campaign, globals))
      ? leaveToWorker(ledger, campaign.name, globals)
      : EXIT.interrupted;
  });
}

/** False when a signal came before the list was complete: a worker goes on from there. */
async function readAndStart(
  ledger: Ledger,
  campaign: Campaign,
  globals: Globals,
): Promise<boolean> {
  const { state } = await needCampaign(ledger.db, campaign.name);
  if (state === 'ready' || state === 'paused') {
    const action = state === 'ready' ? 'start' : 'resume';
    await control(ledger, campaign.name, { action }, ledger.now());
  }
  if (state !== 'importing') return true;
  const seat = await takeSeat(
    {
      ledger,
      campaign,
      holder: holderHere(),
      clock: ledger.now,
      policy: { leaseMs: globals.leaseMs ?? LEASE_MS },
    },
    () => false,
  ).catch((error: unknown) => {
    // A worker was faster, and reads the list already.
    if (error instanceof AlreadyDriven) return null;
    throw error;
  });
  if (seat === null) return true;
  const interrupt = onInterrupt(() => undefined);
  try {
    let told = performance.now();
    const complete = await importList(ledger, campaign, {
      clock: ledger.now,
      stopping: interrupt.stopping,
      onRows(n) {
        if (globals.json || performance.now() - told < 2_000) return;
        told = performance.now();
        say(`Reading the list: ${count(n)} rows so far`);
      },
    });
    if (complete) await startIfAsked(ledger, campaign.name, ledger.now());
    return complete;
  } finally {
    interrupt.off();
    await seat.leave();
  }
}
