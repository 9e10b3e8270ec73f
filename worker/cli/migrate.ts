import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
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
    .option(
      '--temporal',
      'also register the search attributes by which campaigns are found in Temporal (CampaignName, CampaignState)',
    )
    .option('--check', 'change nothing; exit code 6 when the ledger is older or newer')
    .addHelpText('after', '\nExample:\n  campaign migrate --check || campaign backup before.db')
    .action(async (options: { check?: boolean; temporal?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      if (options.check === true && options.temporal === true) {
        throw new InputError(
          '--temporal registers something, and --check changes nothing: give one of them.',
        );
      }
      // With Temporal it is a set-up: the ledger may be as new as the rest.
      if (options.temporal !== true) needLedger(globals);
      const has = await schemaNumberOf(globals.ledger);
      if (options.check !== true) await withLedger(globals, () => Promise.resolve());
      else if (has !== SCHEMA_NUMBER) process.exitCode = EXIT.ledger;
      const registered = options.temporal === true ? await register() : undefined;
      if (globals.json) {
        sayJson({
          schema: options.check === true ? has : SCHEMA_NUMBER,
          was: has,
          knows: SCHEMA_NUMBER,
          ...(registered === undefined ? {} : { registered: registered.names }),
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
      if (registered !== undefined) {
        const { names, namespace } = registered;
        const what =
          names.length === 0
            ? 'had its search attributes already'
            : `has ${names.join(' and ')} now`;
        say(`The namespace ${namespace} ${what}.`);
      }
    });
}

async function register(): Promise<{
  readonly names: readonly string[];
  readonly namespace: string;
}> {
  // Loaded where it is wanted: it is large.
  const { connectTemporal } = await import('../engine/temporal/connection.js');
  const { registerSearchAttributes } = await import('../engine/temporal/register.js');
  const temporal = await connectTemporal();
  try {
    return { names: await registerSearchAttributes(temporal), namespace: temporal.namespace };
  } finally {
    await temporal.close();
  }
}
