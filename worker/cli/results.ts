import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, InvalidArgumentError } from 'commander';
import { RECIPIENT_STATES, type RecipientState } from '../../core/words';
import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';
import { resultLines } from '../campaign/results-csv';
import type { Campaign, Ledger } from '../ledger';
import { globalsOf } from './globals';
import { namedOrOnly, withExistingLedger } from './ledger-file';
import { many, warn } from './screen';

interface Options {
  readonly state?: readonly RecipientState[];
  readonly csv?: boolean;
  readonly output?: string;
  readonly force?: boolean;
}

export function command(): Command {
  return new Command('results')
    .description(
      'Every row of the list with what became of it, and why: as CSV, or one JSON object a line with --json. This is the ' +
        'one command that prints addresses in full.',
    )
    .argument('[name]', 'the campaign; may be left out when only one is not over')
    .option('--state <states>', 'only these, such as failed,unknown', states)
    .option('--csv', 'CSV (the default)')
    .option('-o, --output <file>', 'write into a new file, readable for you only')
    .option('--force', 'replace the file')
    .addHelpText(
      'after',
      '\nExample:\n  campaign results spring-recall --state failed,unknown -o to-look-at.csv',
    )
    .action(async (name: string | undefined, options: Options, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        const campaign = await namedOrOnly(ledger, name);
        const out = options.output === undefined ? process.stdout : await openFile(options);
        const rows = await write(ledger, campaign, options.state, globals.json, out);
        if (options.output === undefined) return;
        out.end();
        await once(out, 'close');
        warn(`${many(rows, 'row')} written to ${options.output}.`);
      });
    });
}

async function write(
  ledger: Ledger,
  campaign: Campaign,
  wanted: readonly RecipientState[] | undefined,
  json: boolean,
  out: Writable,
): Promise<number> {
  const which = { json, ...(wanted === undefined ? {} : { states: wanted }) };
  let written = 0;
  for await (const { text, rows } of resultLines(ledger, campaign, which)) {
    await put(out, text);
    written += rows;
  }
  return written;
}

async function put(out: Writable, text: string): Promise<void> {
  if (!out.write(text)) await once(out, 'drain');
}

async function openFile({ output = '', force }: Options): Promise<Writable> {
  const file = createWriteStream(output, { flags: force === true ? 'w' : 'wx', mode: 0o600 });
  try {
    await once(file, 'open');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === 'EEXIST'
        ? `${output} exists already. Choose another name, or replace it with --force.`
        : `${output} cannot be written (${code}).`,
      error,
    );
  }
  return file;
}

function states(text: string): RecipientState[] {
  return text.split(',').map((word) => {
    const state = RECIPIENT_STATES.find((each) => each === word.trim());
    if (state !== undefined) return state;
    const meant = closest(word, RECIPIENT_STATES);
    throw new InvalidArgumentError(
      `${word} is not a state.${meant === undefined ? '' : ` Did you mean ${meant}?`} There are: ${RECIPIENT_STATES.join(', ')}.`,
    );
  });
}
