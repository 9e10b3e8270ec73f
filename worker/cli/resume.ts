import { Command } from 'commander';
import { createMeter } from '../campaign/progress';
import { type Campaign, control, type Ledger, needCampaign } from '../ledger';
import { theAccount } from './account-file';
import { chosenEngine } from './chosen-engine';
import { withConnection } from './connected';
import { EXIT, type ExitCode } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { drivenBy, goOn, lastLine, refuseEnded, showEnded } from './go-on';
import { namedOrOnly, withExistingLedger } from './ledger-file';
import { many, say, sayJson } from './screen';

export function command(): Command {
  return new Command('resume')
    .description(
      'Lets a paused campaign go on: in the process that runs it, where there is one, else here. With --detach it is left to\n' +
        'a campaign worker.',
    )
    .argument('[name]', 'the campaign; may be left out when only one is not over')
    .option('--detach', 'leave it to a worker')
    .addHelpText('after', '\nExample:\n  campaign resume spring-recall')
    .action(async (name: string | undefined, options: { detach?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      process.exitCode = await withExistingLedger(globals, async (ledger) => {
        const campaign = await namedOrOnly(ledger, name);
        if (showEnded(campaign)) return refuseEnded(ledger, campaign, globals);
        const driven = await chosenEngine(ledger, campaign, globals);
        if (campaign.state === 'paused') {
          await control(ledger, campaign.name, { action: 'resume' }, ledger.now());
        }
        return options.detach === true
          ? leaveToWorker(ledger, campaign.name, globals)
          : driveOrLeave(ledger, driven, globals);
      });
    });
}

/** Starts it where it is not running yet, and says who goes on. */
export async function leaveToWorker(
  ledger: Ledger,
  name: string,
  globals: Globals,
): Promise<ExitCode> {
  const { state } = await needCampaign(ledger.db, name);
  if (state === 'ready') await control(ledger, name, { action: 'start' }, ledger.now());
  const progress = await createMeter(ledger, name).read(null);
  if (globals.json) sayJson(lastLine(progress));
  else {
    say(`${name} is ${progress.campaign.state}: ${many(progress.left, 'row')} to go.`);
    const worker =
      progress.campaign.engine === 'temporal'
        ? 'campaign worker --engine temporal'
        : 'campaign worker';
    say(`A worker sends it (${worker}). Watch it: campaign status ${name} --watch`);
  }
  return EXIT.ok;
}

/** Drives the campaign here, unless another process does: then says so. */
export async function driveOrLeave(
  ledger: Ledger,
  campaign: Campaign,
  globals: Globals,
): Promise<ExitCode> {
  if (campaign.engine === 'temporal') return goOn({ ledger, campaign, connection: null, globals });
  const account = await theAccount(globals, campaign.account);
  try {
    return await withConnection(account, { ledger, globals }, (connection) =>
      goOn({ ledger, campaign, connection, globals }),
    );
  } catch (error) {
    const holder = drivenBy(error);
    if (holder === null) throw error;
    if (globals.json) sayJson(lastLine(await createMeter(ledger, campaign.name).read(null)));
    else
      say(
        `${campaign.name} goes on, in ${holder}. Watch it: campaign status ${campaign.name} --watch`,
      );
    return EXIT.ok;
  }
}
