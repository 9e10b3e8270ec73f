import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, InvalidArgumentError } from 'commander';
import { RECIPIENT_STATES, type RecipientState } from '../../core/words';
import { closest } from '../campaign/closest';
import { type Consent, consentOf } from '../campaign/consent';
import type { FileSpec } from '../campaign/from-file';
import { InputError } from '../campaign/input-error';
import { type Campaign, type Ledger, type ResultRow, results } from '../ledger';
import { globalsOf } from './globals';
import { namedOrOnly, withExistingLedger } from './ledger-file';
import { many, warn } from './screen';

const PAGE = 2_000;

type Shown = Omit<ResultRow, 'consent'> & { readonly consent: Consent | null };
type Value = string | number | Consent | null;

/** Column of the CSV and key of the JSON → where it comes from. */
const COLUMNS: readonly (readonly [name: string, of: (row: Shown) => Value])[] = [
  ['row', ({ row }) => row],
  ['address', ({ address }) => address],
  ['listed_as', ({ raw }) => raw],
  ['state', ({ state }) => state],
  ['reason', ({ reason }) => reason],
  ['detail', ({ detail }) => detail],
  ['attempts', ({ attempts }) => attempts],
  ['message_id', ({ message_id: id }) => id],
  ['conversation_id', ({ conversation_id: id }) => id],
  ['delivery', ({ delivery }) => delivery],
  ['consent', ({ consent }) => consent],
  ['updated_at', ({ updated_at: ms }) => new Date(ms).toISOString()],
];

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
  if (!json) await put(out, `${COLUMNS.map(([name]) => name).join(',')}\r\n`);
  const { source } = JSON.parse(campaign.spec) as Partial<FileSpec>;
  let after = -1;
  let rows = 0;
  for (;;) {
    const page = await results(ledger, campaign.id, {
      after,
      limit: PAGE,
      ...(wanted === undefined ? {} : { states: wanted }),
    });
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = last.seq;
    rows += page.length;
    const shown = page.map((row) => ({ ...row, consent: consentOf(source?.consent, row.consent) }));
    await put(out, shown.map(json ? jsonLine : csvLine).join(''));
  }
}

function csvLine(row: Shown): string {
  return `${COLUMNS.map(([, of]) => csvCell(flat(of(row)))).join(',')}\r\n`;
}

/** A consent as one cell: how it was given, what the list says, and the day where that is not the same. */
function flat(value: Value): string | number | null {
  if (value === null || typeof value !== 'object') return value;
  const { method, detail, evidence, on } = value;
  return [method, detail, evidence, on === evidence ? null : on]
    .filter((part) => part !== null)
    .join('; ');
}

function jsonLine(row: Shown): string {
  return `${JSON.stringify(Object.fromEntries(COLUMNS.map(([name, of]) => [name, of(row)])))}\n`;
}

/**
 * A cell that a spreadsheet cannot take for a formula: what begins like one gets an apostrophe, except a plain number
 * such as +12025550123, which is harmless and would not be a phone number any more.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
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
