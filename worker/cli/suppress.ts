import { Command } from 'commander';
import { maskAddress } from '../../core/address';
import type { Address } from '../../core/message';
import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';
import { readAddress } from '../campaign/read-address';
import { type Ledger, listCampaigns, listSuppressions, suppress, unsuppress } from '../ledger';
import { checkCountry, givenAddress } from './given-address';
import { globalsOf } from './globals';
import { withExistingLedger, withLedger } from './ledger-file';
import { many, say, sayJson, warn } from './screen';
import { readAddresses } from './suppress-file';

interface Options {
  readonly country?: string;
  readonly account?: string;
  readonly reason?: string;
  readonly column?: string;
  readonly full?: boolean;
}

export function command(): Command {
  const all = new Command('suppress')
    .description(
      'People who must never be written to. Holds from the moment it is written down, for every campaign that runs.',
    )
    .addHelpText('after', '\nExample:\n  campaign suppress add +12025550123');
  const common = (command: Command): Command =>
    command
      .option('--country <code>', 'for numbers without +, such as US')
      .option('--account <name>', 'only for this account; for all of them without it')
      .option('--reason <text>', 'why', 'asked not to be written to');

  common(all.command('add'))
    .description('Puts addresses on the list.')
    .argument('<address...>', 'phone numbers or e-mail addresses')
    .addHelpText(
      'after',
      '\nExample:\n  campaign suppress add +12025550123 "202 555 0124" --country US',
    )
    .action(async (given: string[], options: Options, self: Command) => {
      const globals = globalsOf(self);
      const addresses = given.map((text, at) => givenAddress(text, at, options.country));
      await withLedger(globals, async (ledger) => {
        await warnOfAccount(ledger, options.account);
        const added = await suppress(ledger, values(addresses), why(options, 'cli'), ledger.now());
        if (globals.json) sayJson({ added, already: addresses.length - added });
        else say(`${many(added, 'person', 'people')} added${already(addresses.length - added)}.`);
      });
    });

  all
    .command('remove')
    .description('Takes addresses off the list. Only with their consent.')
    .argument('<address...>', 'phone numbers or e-mail addresses')
    .option('--country <code>', 'for numbers without +, such as US')
    .addHelpText('after', '\nExample:\n  campaign suppress remove +12025550123')
    .action(async (given: string[], options: Options, self: Command) => {
      const globals = globalsOf(self);
      const addresses = given.map((text, at) => givenAddress(text, at, options.country));
      await withExistingLedger(globals, async (ledger) => {
        const removed = await unsuppress(ledger, values(addresses), ledger.now());
        if (globals.json) sayJson({ removed });
        else say(`${many(removed, 'entry', 'entries')} removed.`);
      });
    });

  all
    .command('list')
    .description('Who is on the list. Addresses are masked unless --full is given.')
    .option('--full', 'print addresses in full')
    .addHelpText('after', '\nExample:\n  campaign suppress list --full > suppressed.csv')
    .action(async (options: Options, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        let after = '';
        let n = 0;
        for (;;) {
          const page = await listSuppressions(ledger, after);
          const last = page.at(-1);
          if (last === undefined) break;
          after = last.address;
          n += page.length;
          for (const { address, account, reason, source, created_at: at } of page) {
            const shown = options.full === true ? address : maskAddress(addressOf(address));
            const on = new Date(at).toISOString();
            if (globals.json) sayJson({ address: shown, account, reason, source, on });
            else say([shown, account || 'every account', reason, on.slice(0, 10)].join('  '));
          }
        }
        if (!globals.json) warn(`${many(n, 'person', 'people')} on the list.`);
      });
    });

  common(all.command('import'))
    .description(
      'Puts the addresses of a file on the list: one a line, or all columns with addresses of a CSV or XLSX. Lines that cannot be read are ' +
        'named by their row, and end the command with exit code 2; all others are on the list then.',
    )
    .argument('<file>', 'the file')
    .option(
      '--column <header>',
      'only this column; without it all that look like phone numbers or e-mail addresses',
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign suppress import unsubscribed.csv --column Phone --country US',
    )
    .action(async (file: string, options: Options, self: Command) => {
      const globals = globalsOf(self);
      checkCountry(options.country);
      await withLedger(globals, async (ledger) => {
        await warnOfAccount(ledger, options.account);
        let added = 0;
        let read = 0;
        const unreadable = new Set<number>();
        for await (const rows of readAddresses(file, options.column)) {
          const good: string[] = [];
          for (const { row, text } of rows) {
            const address = readAddress(text, options.country);
            if (typeof address === 'string') unreadable.add(row);
            else good.push(address.value);
          }
          read += good.length;
          added += await suppress(ledger, good, why(options, 'import'), ledger.now());
        }
        const bad = [...unreadable];
        if (globals.json) sayJson({ added, already: read - added, unreadableRows: bad });
        else say(`${many(added, 'person', 'people')} added${already(read - added)}.`);
        if (bad.length === 0) return;
        throw new InputError(
          `${many(bad.length, 'row holds', 'rows hold')} an address that cannot be read, or none, and it is not suppressed: ` +
            `rows ${bad.slice(0, 20).join(', ')}${bad.length > 20 ? ' …' : ''}. ` +
            'Numbers without + need --country.',
        );
      });
    });
  return all;
}

/** A name that is mistyped would hold for nobody, and nobody would notice. */
async function warnOfAccount(ledger: Ledger, account: string | undefined): Promise<void> {
  if (account === undefined) return;
  const known = new Set((await listCampaigns(ledger)).map((campaign) => campaign.account));
  if (known.has(account)) return;
  const meant = closest(account, known);
  warn(
    `Note: no campaign of this ledger uses the account "${account}"${meant === undefined ? '' : `; did you mean "${meant}"?`} It holds for that account only.`,
  );
}

function addressOf(value: string): Address {
  return { kind: value.includes('@') ? 'email' : 'phone', value };
}

function values(addresses: readonly Address[]): string[] {
  return addresses.map(({ value }) => value);
}

function why({ account, reason }: Options, source: string) {
  return {
    reason: reason ?? '',
    source,
    ...(account === undefined ? {} : { account }),
  };
}

function already(n: number): string {
  return n === 0 ? '' : `, ${many(n, 'was', 'were')} on the list already`;
}
