import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { createMeter } from '../campaign/progress';
import { control } from '../ledger';
import { globalsOf } from './globals';
import { lastLine } from './go-on';
import { namedOrOnly, withExistingLedger } from './ledger-file';
import { count, many, say, sayJson } from './screen';

export function command(): Command {
  return new Command('pause')
    .description(
      'Stops a campaign from sending, in every process. What is on its way already is finished; nothing new begins.',
    )
    .argument('[name]', 'the campaign; may be left out when only one is not over')
    .option('--why <text>', 'shown to whoever looks at the campaign')
    .addHelpText(
      'after',
      '\nExample:\n  campaign pause spring-recall --why "wrong date in the text"',
    )
    .action(async (name: string | undefined, options: { why?: string }, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        const campaign = await namedOrOnly(ledger, name);
        const { state } = campaign;
        if (state === 'importing') {
          throw new InputError(
            `${campaign.name} is still reading its list: nothing is sent yet. Stop it with Ctrl-C where it runs, or: campaign cancel ${campaign.name}`,
          );
        }
        if (state === 'finished' || state === 'cancelled') {
          throw new InputError(`${campaign.name} is ${state}: there is nothing to pause.`);
        }
        const { changed } = await control(
          ledger,
          campaign.name,
          { action: 'pause', ...(options.why === undefined ? {} : { why: options.why }) },
          ledger.now(),
        );
        const progress = await createMeter(ledger, campaign.name).read(null);
        if (globals.json) return sayJson(lastLine(progress));
        const { counts } = progress.tally;
        say(
          `${campaign.name} ${changed ? 'is paused' : 'was paused already'}: ${count(counts.sent)} sent, ${many(progress.left, 'row')} to go.` +
            (counts.sending > 0 ? ` ${count(counts.sending)} on their way will be finished.` : ''),
        );
        say(`Go on with: campaign resume ${campaign.name}`);
      });
    });
}
