import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { createMeter } from '../campaign/progress';
import { retryFailed, tally } from '../ledger';
import { EXIT } from './exit-codes';
import { globalsOf } from './globals';
import { lastLine } from './go-on';
import { theCampaign, withExistingLedger } from './ledger-file';
import { driveOrLeave, leaveToWorker } from './resume';
import { wasStopped } from './run';
import { many, say, sayJson } from './screen';

export function command(): Command {
  return new Command('retry')
    .description(
      'Gives failed rows another chance, and sends. Nothing of theirs was sent before; rows that are unknown are never ' +
        'retried: see campaign decide.',
    )
    .argument('<name>', 'the campaign')
    .requiredOption('--failed', 'the rows that failed')
    .option('--reason <reason>', 'only those that failed for this reason, such as unavailable')
    .option('--detach', 'leave the sending to a worker')
    .addHelpText(
      'after',
      '\nExample:\n  campaign retry spring-recall --failed --reason unavailable',
    )
    .action(async (name: string, options: { reason?: string; detach?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      process.exitCode = await withExistingLedger(globals, async (ledger) => {
        const campaign = await theCampaign(ledger, name);
        if (campaign.state === 'cancelled' || campaign.state === 'importing') {
          throw new InputError(`${name} is ${campaign.state}: nothing of it can be retried.`);
        }
        const { reasons } = await tally(ledger.db, campaign.id);
        const failed = reasons
          .filter(({ state }) => state === 'failed')
          .map(({ reason }) => reason);
        if (options.reason !== undefined && !failed.includes(options.reason)) {
          throw new InputError(
            `No row of ${name} failed with the reason "${options.reason}".` +
              (failed.length === 0
                ? ' None failed at all.'
                : ` The reasons are: ${failed.join(', ')}.`),
          );
        }
        const n = await retryFailed(ledger, name, options.reason, ledger.now());
        if (n === 0) {
          if (globals.json) sayJson(lastLine(await createMeter(ledger, name).read(null)));
          else
            say(
              `There is nothing to retry in ${name}: no row failed, but those that a person ruled on.`,
            );
          return EXIT.ok;
        }
        if (!globals.json) say(`Another chance for ${many(n, 'failed row')} of ${name}.`);
        const marked = await theCampaign(ledger, name);
        if (wasStopped(marked)) {
          if (globals.json) sayJson(lastLine(await createMeter(ledger, name).read(null)));
          else say(`It is paused, and stays so: campaign resume ${name}`);
          return EXIT.ok;
        }
        return options.detach === true
          ? leaveToWorker(ledger, name, globals)
          : driveOrLeave(ledger, marked, globals);
      });
    });
}
