import { Command, InvalidArgumentError, Option } from 'commander';
import { maskAddress } from '../../core/address';
import { InputError } from '../campaign/input-error';
import { createMeter } from '../campaign/progress';
import { type Campaign, decide, type Ledger, type Ruling, results, tally } from '../ledger';
import { globalsOf } from './globals';
import { lastLine } from './go-on';
import { theCampaign, withExistingLedger } from './ledger-file';
import { clockTime, confirm, isTerminal, many, printable, say, sayJson, table } from './screen';

/** The most rows that are shown. */
const SHOWN = 20;

interface Options {
  readonly row?: readonly number[];
  readonly all?: boolean;
  readonly as?: Ruling;
  readonly yes?: boolean;
}

export function command(): Command {
  return new Command('decide')
    .description(
      'Rules on rows that are unknown: their answer was lost, and the platform could not say what became of them. Without\n' +
        '--as it lists them. Look each one up on the platform, then say what is so:\n' +
        '  sent     the person has it\n' +
        '  failed   the person does not have it, and is left out\n' +
        '  resend   send it again; who did get it the first time gets it twice',
    )
    .argument('<name>', 'the campaign')
    .option('--row <rows>', 'row numbers of the list, such as 12,15', rowNumbers)
    .option('--all', 'every unknown row')
    .addOption(new Option('--as <ruling>', 'what is so').choices(['sent', 'failed', 'resend']))
    .option('--yes', 'for resend: yes, a second message is possible')
    .addHelpText(
      'after',
      '\nExample:\n  campaign decide spring-recall\n  campaign decide spring-recall --row 12,15 --as sent',
    )
    .action(async (name: string, options: Options, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        const campaign = await theCampaign(ledger, name);
        if (options.as === undefined) return explain(ledger, campaign, globals.json);
        const which = whichRows(options);
        if (options.as === 'resend') await warnOfResend(options);
        const n = await decide(ledger, name, which, options.as, ledger.now()).catch(asInput);
        if (globals.json) return sayJson(lastLine(await createMeter(ledger, name).read(null)));
        say(
          n === 0 ? `No row of ${name} is unknown.` : `${many(n, 'row')} decided: ${options.as}.`,
        );
        if (n > 0 && options.as === 'resend') say(`Send with: campaign resume ${name}`);
      });
    });
}

function whichRows({ row, all }: Options): { rows: readonly number[] } | 'all' {
  if ((row === undefined) === (all !== true)) {
    throw new InputError('Say which rows: --row 12,15 or --all.');
  }
  return row === undefined ? 'all' : { rows: row };
}

async function warnOfResend({ yes }: Options): Promise<void> {
  if (yes === true) return;
  const risk = 'Whoever did get the first message gets a second one: nobody can take that back.';
  if (!isTerminal()) throw new InputError(`${risk} If that is meant, add --yes.`);
  if (!(await confirm(`${risk} Send again?`))) throw new InputError('Nothing was changed.');
}

/** The ledger refuses rows that are not unknown: the person's mistake, not the ledger's. */
function asInput(error: unknown): never {
  if (error instanceof Error && error.name === 'LedgerError') {
    throw new InputError(error.message.charAt(0).toUpperCase() + error.message.slice(1), error);
  }
  throw error;
}

async function explain(ledger: Ledger, campaign: Campaign, json: boolean): Promise<void> {
  const { counts } = await tally(ledger.db, campaign.id);
  const rows = await results(ledger, campaign.id, { states: ['unknown'], limit: SHOWN });
  const shown = rows.map((row) => ({
    row: row.row,
    address:
      row.address === null
        ? ''
        : maskAddress({ kind: row.address.includes('@') ? 'email' : 'phone', value: row.address }),
    conversation: row.conversation_id ?? '',
    at: clockTime(row.updated_at),
    // Somebody who answered may well have got it; but it may have been something else that they answered.
    delivery: row.delivery ?? '',
    why: printable(row.detail ?? row.reason ?? ''),
  }));
  if (json) return sayJson({ campaign: campaign.name, unknown: counts.unknown, rows: shown });
  if (counts.unknown === 0) return say(`No row of ${campaign.name} is unknown.`);
  say(
    `${many(counts.unknown, 'row')} of ${campaign.name} may or may not have been sent. Look for them on the platform.`,
  );
  say();
  const cells = shown.map((each) => [
    String(each.row),
    each.address,
    each.conversation,
    each.at,
    each.delivery,
    each.why,
  ]);
  const heads = ['row', 'address', 'conversation', 'since', 'delivery', 'why'];
  for (const line of table(heads, cells)) say(line);
  if (counts.unknown > SHOWN) {
    say(`… all of them: campaign results ${campaign.name} --state unknown`);
  }
  const first = rows[0]?.row ?? 2;
  say();
  say(
    `They have it:          campaign decide ${campaign.name} --row ${first} --as sent   (or --all)`,
  );
  say(`They do not, leave it: campaign decide ${campaign.name} --row ${first} --as failed`);
  say(`Send it again:         campaign decide ${campaign.name} --row ${first} --as resend`);
}

function rowNumbers(text: string): number[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => /^[1-9]\d{0,8}$/.test(word))) return words.map(Number);
  throw new InvalidArgumentError('Row numbers look like 12,15.');
}
