import { Command } from 'commander';
import { schemaNumberOf } from '../ledger';
import { SCHEMA_NUMBER } from '../ledger/migrate';
import { EXIT } from './exit-codes';
import { globalsOf } from './globals';
import { needLedger, withLedger } from './ledger-file';
import { say, sayJson } from './screen';

export function command(): Command {
  return new Command('migrate')
    .description(
      'Brings the ledger to the schema of this version. Every command does that by itself when it opens the ledger; this one says ' +
        'so, before a new version is let loose. There is no way back: make a backup first.',
    )
    .option('--check', 'change nothing; exit code 6 when the ledger is older or newer')
    .addHelpText('after', '\nExample:\n  campaign migrate --check || campaign backup before.db')
    .action(async (options: { check?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      needLedger(globals);
      const has = await schemaNumberOf(globals.ledger);
      if (options.check !== true) await withLedger(globals, () => Promise.resolve());
      else if (has !== SCHEMA_NUMBER) process.exitCode = EXIT.ledger;
      if (globals.json) {
        sayJson({
          schema: options.check === true ? has : SCHEMA_NUMBER,
          was: has,
          knows: SCHEMA_NUMBER,
        });
        return;
      }
      if (has === SCHEMA_NUMBER) say(`The ledger has schema ${has}, as this version writes it.`);
      else if (options.check !== true) say(`Brought from schema ${has} to ${SCHEMA_NUMBER}.`);
      else if (has < SCHEMA_NUMBER) {
        say(
          `The ledger has schema ${has}, and this version writes ${SCHEMA_NUMBER}: campaign migrate`,
        );
      } else {
        say(
          `The ledger has schema ${has}, and this version knows only ${SCHEMA_NUMBER}: use the newer version.`,
        );
      }
    });
}
