import { Command } from 'commander';
import { describeAddressFailure, maskAddress, parseAddress } from '../../core/address';
import type { Address } from '../../core/message';
import { isCountry } from '../../core/phone';
import { InputError } from '../campaign/input-error';
import { listSuppressions, suppress, unsuppress } from '../ledger';
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
      const addresses = given.map((text, at) => one(text, at, options.country));
      await withLedger(globals, async (ledger) => {
        const added = await suppress(ledger, values(addresses), why(options, 'cli'), Date.now());
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
      const addresses = given.map((text, at) => one(text, at, options.country));
      await withExistingLedger(globals, async (ledger) => {
        const removed = await unsuppress(ledger, values(addresses), Date.now());
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
      'Puts the addresses of a file on the list: one a line, or a column of a CSV or XLSX. Lines that cannot be read are ' +
        'named by their row, and end the command with exit code 2; all others are on the list then.',
    )
    .argument('<file>', 'the file')
    .option('--column <header>', 'the column; found by its name without it')
    .addHelpText(
      'after',
      '\nExample:\n  campaign suppress import unsubscribed.csv --column Phone --country US',
    )
    .action(async (file: string, options: Options, self: Command) => {
      const globals = globalsOf(self);
      checkCountry(options.country);
      await withLedger(globals, async (ledger) => {
        let added = 0;
        let read = 0;
        const bad: number[] = [];
        for await (const rows of readAddresses(file, options.column)) {
          const good: string[] = [];
          for (const { row, text } of rows) {
            const address = parse(text, options.country);
            if (typeof address === 'string') bad.push(row);
            else good.push(address.value);
          }
          read += good.length;
          added += await suppress(ledger, good, why(options, 'import'), Date.now());
        }
        if (globals.json) sayJson({ added, already: read - added, unreadableRows: bad });
        else say(`${many(added, 'person', 'people')} added${already(read - added)}.`);
        if (bad.length === 0) return;
        throw new InputError(
          `${many(bad.length, 'row holds', 'rows hold')} no address that can be read, and nobody of them is suppressed: ` +
            `rows ${bad.slice(0, 20).join(', ')}${bad.length > 20 ? ' …' : ''}. ` +
            'Numbers without + need --country.',
        );
      });
    });
  return all;
}

function one(text: string, at: number, country: string | undefined): Address {
  checkCountry(country);
  const address = parse(text, country);
  if (typeof address !== 'string') return address;
  // Without the address itself: what is on a command line ends in logs.
  const failure = address.replace('set audience.country', 'give --country');
  throw new InputError(`Address ${at + 1} cannot be used: ${failure}. Nothing was changed.`);
}

function parse(text: string, country: string | undefined): Address | string {
  const result = parseAddress(text.includes('@') ? 'email' : 'phone', text, country);
  return result.ok ? result.address : describeAddressFailure(result.why);
}

function checkCountry(country: string | undefined): void {
  if (country === undefined || isCountry(country)) return;
  throw new InputError('--country must be a country code in capitals, like US or GB.');
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
