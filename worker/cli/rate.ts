import { Command } from 'commander';
import { parseRate } from '../campaign/duration';
import { InputError } from '../campaign/input-error';
import { createMeter } from '../campaign/progress';
import { accountRate, changeRate } from '../ledger/rate';
import { globalsOf } from './globals';
import { showEnded } from './go-on';
import { theCampaign, withExistingLedger } from './ledger-file';
import { rateText } from './progress-lines';
import { clockTime, many, say, sayJson } from './screen';

export function command(): Command {
  return new Command('rate')
    .description(
      "Changes a campaign's own throttle, at once and for good, also while it runs. The account's limits hold beside it.",
    )
    .argument('<name>', 'the campaign')
    .argument('<rate>', 'such as 5, 5/s, 300/min, 1000/h or none')
    .addHelpText('after', '\nExample:\n  campaign rate spring-recall 300/min')
    .action(async (name: string, text: string, _options: unknown, self: Command) => {
      const globals = globalsOf(self);
      const perSecond = rateOf(text);
      await withExistingLedger(globals, async (ledger) => {
        const campaign = await theCampaign(ledger, name);
        if (showEnded(campaign)) {
          throw new InputError(`${name} is ${campaign.state}: nothing of it is sent any more.`);
        }
        await changeRate(ledger, name, perSecond, ledger.now());
        const account = await accountRate(ledger.db, campaign.account);
        const { left } = await createMeter(ledger, name).read(null);
        const slowest = Math.min(perSecond ?? Infinity, account ?? Infinity);
        const finishAt =
          left > 0 && Number.isFinite(slowest) ? ledger.now() + (left / slowest) * 1_000 : null;
        if (globals.json) {
          sayJson({
            campaign: name,
            state: campaign.state,
            perSecond,
            accountPerSecond: account,
            finishAt: finishAt === null ? null : new Date(finishAt).toISOString(),
          });
          return;
        }
        say(
          perSecond === null
            ? `${name} has no throttle of its own now.`
            : `${name} sends at most ${rateText(perSecond)} now.`,
        );
        if (account !== null && (perSecond === null || account < perSecond)) {
          say(`Its account allows ${rateText(account)} for all its campaigns together.`);
        }
        if (finishAt !== null && campaign.state === 'running') {
          say(
            `${many(left, 'row')} to go: done about ${clockTime(finishAt)}, but for quiet hours and waits.`,
          );
        }
      });
    });
}

function rateOf(text: string): number | null {
  if (text === 'none') return null;
  const perSecond = /^\d+(\.\d+)?$/.test(text) ? Number(text) : parseRate(text);
  if (perSecond !== null && perSecond > 0) return perSecond;
  throw new InputError(
    'The rate must be like 5, 5/s, 300/min, 1000/h or none. Nothing was changed.',
  );
}
