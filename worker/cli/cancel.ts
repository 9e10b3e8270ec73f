import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { createMeter } from '../campaign/progress';
import { type Campaign, control, type Ledger, tally } from '../ledger';
import { theAccount } from './account-file';
import { withConnection } from './connected';
import { driveHere } from './drive-here';
import { EXIT, type ExitCode } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { drivenBy, lastLine, refuseEnded, report, showEnded } from './go-on';
import { theCampaign, withExistingLedger } from './ledger-file';
import { resultLines } from './progress-lines';
import { confirm, isTerminal, many, say, sayJson } from './screen';
import { createView } from './view';
import { watchThere } from './watch-there';

export function command(): Command {
  return new Command('cancel')
    .description(
      'Ends a campaign for good: whoever was not written to yet is skipped. What is on its way is still settled.',
    )
    .argument('<name>', 'the campaign')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  campaign cancel spring-recall')
    .action(async (name: string, options: { yes?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      process.exitCode = await withExistingLedger(globals, async (ledger) => {
        const campaign = await theCampaign(ledger, name);
        if (showEnded(campaign)) return refuseEnded(ledger, campaign, globals);
        if (options.yes !== true && !(await sure(ledger, campaign))) return EXIT.ok;
        await control(ledger, name, { action: 'cancel' }, ledger.now());
        return settle(ledger, campaign, globals);
      });
    });
}

async function sure(ledger: Ledger, campaign: Campaign): Promise<boolean> {
  const { counts } = await tally(ledger.db, campaign.id);
  const waiting = many(counts.pending + counts.claimed, 'row');
  if (!isTerminal()) {
    throw new InputError(
      `Cancelling cannot be taken back: ${waiting} would be skipped. Say so with --yes, or use: campaign pause ${campaign.name}`,
    );
  }
  return confirm(`Cancel ${campaign.name} for good? ${waiting} would be skipped.`);
}

/** Looks up what was on its way, and puts away what comes back: here, when no other process does. */
async function settle(ledger: Ledger, campaign: Campaign, globals: Globals): Promise<ExitCode> {
  const { counts } = await tally(ledger.db, campaign.id);
  let holder: string | null = null;
  if (campaign.engine === 'temporal') {
    const view = createView(globals.json);
    return report(await watchThere({ ledger, campaign, globals, view, begin: false }), globals);
  }
  if (counts.sending + counts.claimed + counts.pending > 0) {
    const account = await theAccount(globals, campaign.account);
    try {
      return await withConnection(account, { ledger, globals }, async (connection) =>
        report(
          await driveHere({
            ...{ ledger, campaign, connection, globals },
            view: createView(globals.json),
            begin: false,
            importList: () => Promise.resolve(true),
          }),
          globals,
        ),
      );
    } catch (error) {
      holder = drivenBy(error);
      if (holder === null) throw error;
    }
  }
  const progress = await createMeter(ledger, campaign.name).read(null);
  if (globals.json) {
    sayJson(lastLine(progress));
    return EXIT.ok;
  }
  for (const line of resultLines(progress)) say(line);
  if (holder !== null && progress.left > 0) say(`What was on its way is settled by ${holder}.`);
  return EXIT.ok;
}
