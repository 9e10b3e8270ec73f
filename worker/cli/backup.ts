import { existsSync, realpathSync } from 'node:fs';
import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { backup } from '../ledger/backup';
import { globalsOf } from './globals';
import { withExistingLedger } from './ledger-file';
import { many, say, sayJson } from './screen';

export function command(): Command {
  return new Command('backup')
    .description(
      'Writes a copy of the ledger as it is at this moment into one file, while campaigns go on. It holds addresses: only you may ' +
        'read it. A copy that is put back is noticed, and comes up paused.',
    )
    .argument('<file>', 'the file to write')
    .option('--force', 'replace the file')
    .addHelpText('after', '\nExample:\n  campaign backup /backups/ledger-monday.db')
    .action(async (file: string, options: { force?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        if (existsSync(file)) {
          if (existsSync(ledger.place) && realpathSync(file) === realpathSync(ledger.place)) {
            throw new InputError(`${file} is the ledger itself. Choose another name.`);
          }
          if (options.force !== true) {
            throw new InputError(
              `${file} exists already. Choose another name, or replace it with --force.`,
            );
          }
        }
        const counts = await backup(ledger, file);
        if (globals.json) return sayJson({ backup: file, ...counts });
        say(
          `${many(counts.campaigns, 'campaign')} with ${many(counts.recipients, 'row')} written to ${file}.`,
        );
        say(
          'To put it back: end every process that uses the ledger, remove the ledger with its -wal and -shm, and copy this file there. ' +
            'It comes up paused, and each row is looked up on the platform before it is sent.',
        );
      });
    });
}
