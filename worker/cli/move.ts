import { resolve } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { isPostgresUrl, openLedger } from '../ledger';
import { FILLABLE, MOVABLE, moveLedger, unseal } from '../ledger/move';
import { globalsOf } from './globals';
import { needLedger } from './ledger-file';
import { count, isTerminal, many, say, sayJson, warn } from './screen';

/** On a terminal a long move says every so many rows how far it is. */
const TELL_EVERY = 100_000;

export function command(): Command {
  return new Command('move')
    .description(
      'Moves the ledger into a new file or an empty PostgreSQL database, either way. Nothing may run meanwhile, and the old one ' +
        'cannot be used afterwards: it says where it went. A move that died is given again.',
    )
    .argument('[target]', 'a file, or postgres://user:password@host:5432/database')
    .option('--undo', 'take back a move that died half way: the old ledger can be used again')
    .addHelpText(
      'after',
      '\nExample:\n  campaign move postgres://runner@db.example.org/campaigns\n  campaign move --ledger postgres://runner@db.example.org/campaigns ledger.db',
    )
    .action(async (to: string | undefined, options: { undo?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      if ((to === undefined) === (options.undo !== true)) {
        throw new InputError('Say where to: campaign move TARGET, or campaign move --undo.');
      }
      needLedger(globals);
      const source = await openLedger(globals.ledger, { states: MOVABLE });
      try {
        if (to === undefined) {
          const undone = await unseal(source);
          if (globals.json) return sayJson({ undone });
          return say(undone ? 'The ledger can be used again.' : 'No move was under way.');
        }
        if (!isPostgresUrl(to) && resolve(to) === resolve(globals.ledger)) {
          throw new InputError('The ledger is there already. Nothing was moved.');
        }
        const target = await openLedger(to, { states: FILLABLE });
        try {
          const told = { rows: 0 };
          const rows = await moveLedger(
            source,
            { ledger: target, where: to },
            source.now(),
            (done) => {
              if (!isTerminal() || done - told.rows < TELL_EVERY) return;
              told.rows = done;
              warn(`${count(done)} rows so far …`);
            },
          );
          if (globals.json) return sayJson({ from: source.place, to: target.place, rows });
          say(
            `Moved to ${target.place}: ${many(rows, 'row')} of all tables, counted on both sides.`,
          );
          say(
            'Name it from now on with --ledger, CAMPAIGN_LEDGER or DATABASE_URL. The old one cannot be used any more, and still holds addresses.',
          );
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    });
}
