import { Command } from 'commander';
import { findCampaign, needCampaign } from '../ledger';
import { chosenEngine } from './chosen-engine';
import { withConnection } from './connected';
import { create, refuseOther } from './create';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { refuseEnded, showEnded } from './go-on';
import { withLedger } from './ledger-file';
import { prepare } from './prepare';
import { readAndStart } from './read-and-start';
import { leaveToWorker } from './resume';
import { refusePaused, wasStopped } from './run';

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
      await chosenEngine(ledger, existing, globals);
    }
    const campaign =
      (existing === undefined ? undefined : await needCampaign(ledger.db, existing.name)) ??
      (await withConnection(prepared.account, { ledger, globals }, (connection) =>
        create(prepared, { connection, ledger, globals }, true),
      ));
    return (await readAndStart(ledger, campaign, globals))
      ? leaveToWorker(ledger, campaign.name, globals)
      : EXIT.interrupted;
  });
}
