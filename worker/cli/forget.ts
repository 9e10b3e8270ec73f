import { Command } from 'commander';
import { parseDuration } from '../campaign/duration';
import { InputError } from '../campaign/input-error';
import { sweepSpool } from '../campaign/spool';
import { dropReadLists, type Ledger } from '../ledger';
import { type Forgotten, forgetEnded, forgetPerson, unreadLists } from '../ledger/forget';
import { deleteSecurely, wipe } from '../ledger/wipe';
import { givenAddress } from './given-address';
import { type Globals, globalsOf } from './globals';
import { withExistingLedger } from './ledger-file';
import { confirm, isTerminal, many, say, sayJson } from './screen';
import { spoolFolder } from './which-ledger';

interface Options {
  readonly country?: string;
  readonly endedBefore?: string;
  readonly suppression?: boolean;
  readonly yes?: boolean;
}

type Result = Pick<Forgotten, 'rows' | 'campaigns' | 'unknown'> & Partial<Forgotten>;

export function command(): Command {
  return new Command('forget')
    .description(
      'Erases who somebody is from every campaign, the contact book and the files of the ledger: address, name, text and the ' +
        "platform's ids. What became of each row stays, so that every count stays true; whoever still waited is skipped. Or, " +
        'with --ended-before, everybody in campaigns that ended so long ago. It cannot be taken back.',
    )
    .argument('[address]', 'phone number or e-mail address')
    .option('--country <code>', 'for a number without +, such as US')
    .option(
      '--ended-before <duration>',
      'everybody in campaigns that ended longer ago, such as 180d',
    )
    .option(
      '--suppression',
      'take them off the suppression list too: they could be written to again',
    )
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExample:\n  campaign forget +12025550123\n  campaign forget --ended-before 180d --yes',
    )
    .action(async (given: string | undefined, options: Options, self: Command) => {
      const globals = globalsOf(self);
      const forget = what(given, options);
      await withExistingLedger(globals, async (ledger) => {
        if (!(await sure(options))) return say('Nothing was erased.');
        await deleteSecurely(ledger);
        const result = await forget(ledger);
        const lists = await sweepSpool(
          spoolFolder(globals.ledger),
          await unreadLists(ledger.db),
          ledger.now(),
        );
        await dropReadLists(ledger, ledger.now());
        const wiped = await wipe(ledger, ledger.now());
        tell({ result, lists, wiped, options }, globals);
      });
    });
}

function what(given: string | undefined, options: Options): (ledger: Ledger) => Promise<Result> {
  const { endedBefore, country, suppression = false } = options;
  if ((given === undefined) === (endedBefore === undefined)) {
    throw new InputError(
      'Say whom: campaign forget ADDRESS, or campaign forget --ended-before 180d.',
    );
  }
  if (given !== undefined) {
    const { value } = givenAddress(given, 0, country);
    return (ledger) => forgetPerson(ledger, value, { suppression }, ledger.now());
  }
  if (suppression) throw new InputError('--suppression goes with an address.');
  const ms = parseDuration(endedBefore ?? '');
  if (ms === null) throw new InputError('--ended-before must be a duration like 180d.');
  return (ledger) => forgetEnded(ledger, ledger.now() - ms, ledger.now());
}

async function sure({ yes, endedBefore }: Options): Promise<boolean> {
  if (yes === true) return true;
  const whom =
    endedBefore === undefined
      ? 'what the ledger knows of this person'
      : `who was in campaigns that ended more than ${endedBefore} ago`;
  if (isTerminal()) return confirm(`Erase ${whom}? It cannot be taken back.`);
  throw new InputError(`Erasing ${whom} cannot be taken back. Say so with --yes.`);
}

interface Told {
  readonly result: Result;
  readonly lists: number;
  readonly wiped: boolean;
  readonly options: Options;
}

function tell({ result, lists, wiped, options }: Told, globals: Globals): void {
  if (globals.json) return sayJson({ ...result, lists, wiped });
  const { rows, campaigns, unknown, suppressions = 0, unread = [], uploads = [] } = result;
  say(
    `${many(rows, 'row')} in ${many(campaigns, 'campaign')} erased; the counts stay as they are.`,
  );
  if (lists > 0) say(`${many(lists, 'left copy', 'left copies')} of lists removed.`);
  if (unknown > 0) {
    say(
      `${many(unknown, 'row')} of them ${unknown === 1 ? 'is' : 'are'} unknown: campaign decide can still say sent or failed, but not send again.`,
    );
  }
  if (suppressions > 0) {
    say(
      'The suppression list keeps the address, so that it is not written to again. Erase it there too with --suppression.',
    );
  }
  if (options.suppression === true) say('The suppression list does not hold the address any more.');
  if (unread.length > 0) {
    say(
      `${unread.join(', ')} ${unread.length === 1 ? 'has' : 'have'} not read the whole list yet, where the address may stand: give this command again when that is done, or cancel it.`,
    );
  }
  if (uploads.length > 0) {
    say(
      `The list that was uploaded with ${uploads.join(', ')} stays, and is sent to again. If the address may stand there: campaign schedule delete, and create it anew.`,
    );
  }
  if (!wiped) {
    say(
      'Another process uses the ledger, so traces may stay in its files until then: give the same command again when nothing runs.',
    );
  }
  say('Not covered: backups, your own lists and results, and what the platform itself keeps.');
}
