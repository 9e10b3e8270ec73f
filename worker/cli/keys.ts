import { Command, Option } from 'commander';
import { closest } from '../campaign/closest';
import { parseDuration } from '../campaign/duration';
import { InputError } from '../campaign/input-error';
import {
  API_KEY_NAME,
  API_SCOPES,
  type ApiScope,
  createApiKey,
  type Ledger,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
} from '../ledger';
import { type Globals, globalsOf } from './globals';
import { withExistingLedger, withLedger } from './ledger-file';
import { clockTime, say, sayJson, table, warn } from './screen';

/** Loaded with the command: campaign keys --help names them all. */
export function command(): Command {
  const keys = new Command('keys')
    .description(
      'Keys for the HTTP API of campaign serve: `Authorization: Bearer KEY`. The ledger keeps only a hash of each, so a key is shown once.\n' +
        'As soon as there is one, every request needs one, also from this machine.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign keys create n8n --scope send\n  campaign keys list\n  campaign keys rotate n8n --overlap 24h',
    );
  keys
    .command('create')
    .description(
      'Makes a key and prints it, this once. read: look at everything; send: also create, start and pause; admin: everything.',
    )
    .argument('<name>', 'who it is for; the audit names it')
    .addOption(
      new Option('--scope <scope>', 'what it may do').choices(API_SCOPES).makeOptionMandatory(),
    )
    .option('--expires <duration>', 'it ends after so long, such as 90d (never)')
    .addHelpText(
      'after',
      '\nExample:\n  campaign keys create n8n --scope send --expires 90d\n  KEY=$(campaign keys create backup --scope read)',
    )
    .action((name: string, options: { scope: ApiScope; expires?: string }, self: Command) =>
      create(name, options, globalsOf(self)),
    );
  keys
    .command('list')
    .description(
      'The keys, what each may do, and when it was last used; never the keys themselves.',
    )
    .addHelpText('after', '\nExample:\n  campaign keys list')
    .action((_options, self: Command) => list(globalsOf(self)));
  keys
    .command('rotate')
    .description(
      'Makes another key of the same name and scope, and prints it. The one before holds on for a while, so that nothing stands still.',
    )
    .argument('<name>')
    .option('--overlap <duration>', 'the one before ends after so long; 0 for at once', '24h')
    .addHelpText('after', '\nExample:\n  campaign keys rotate n8n --overlap 1h')
    .action((name: string, options: { overlap: string }, self: Command) =>
      rotate(name, options.overlap, globalsOf(self)),
    );
  keys
    .command('revoke')
    .description('Ends a key at once, and what a rotation has left of it.')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  campaign keys revoke n8n')
    .action((name: string, _options, self: Command) => revoke(name, globalsOf(self)));
  return keys;
}

async function create(
  name: string,
  { scope, expires }: { readonly scope: ApiScope; readonly expires?: string },
  globals: Globals,
): Promise<void> {
  if (!API_KEY_NAME.test(name)) {
    throw new InputError(
      'A key is called by up to 64 letters, digits, dots, dashes and underscores, such as n8n or nightly-import.',
    );
  }
  const lifeMs = expires === undefined ? null : durationOf('--expires', expires);
  await withLedger(globals, async (ledger) => {
    const now = ledger.now();
    const names = (await listApiKeys(ledger)).filter(
      ({ expiresAt }) => (expiresAt ?? now + 1) > now,
    );
    if (names.some((key) => key.name === name)) {
      throw new InputError(
        `There is a key named "${name}" already. For another one of this name: campaign keys rotate ${name}`,
      );
    }
    const expiresAt = lifeMs === null ? null : now + lifeMs;
    const { id, token } = await createApiKey(ledger, { name, scope, expiresAt }, now);
    if (globals.json) return sayJson({ name, id, scope, expires: isoOf(expiresAt), token });
    say(token);
    warn('This is the only time that it is shown. Keep it where secrets are kept.');
  });
}

async function list(globals: Globals): Promise<void> {
  await withExistingLedger(globals, async (ledger) => {
    const keys = await listApiKeys(ledger);
    const now = ledger.now();
    if (globals.json) {
      for (const { name, id, scope, createdAt, expiresAt, usedAt } of keys) {
        sayJson({
          ...{ name, id, scope, created: isoOf(createdAt) },
          ...{ expires: isoOf(expiresAt), lastUsed: isoOf(usedAt) },
        });
      }
      return;
    }
    if (keys.length === 0) {
      return say(
        'There is no key: the API answers this machine alone. Make one: campaign keys create NAME --scope read',
      );
    }
    const rows = keys.map(({ name, id, scope, createdAt, expiresAt, usedAt }) => [
      ...[name, `crk_${id}_…`, scope, clockTime(createdAt, now)],
      expiresAt === null
        ? 'never'
        : `${expiresAt <= now ? 'expired ' : ''}${clockTime(expiresAt, now)}`,
      usedAt === null ? 'never' : clockTime(usedAt, now),
    ]);
    for (const line of table(['name', 'key', 'scope', 'created', 'expires', 'last used'], rows)) {
      say(line);
    }
  });
}

async function rotate(name: string, overlap: string, globals: Globals): Promise<void> {
  const overlapMs = overlap.trim() === '0' ? 0 : durationOf('--overlap', overlap);
  await withExistingLedger(globals, async (ledger) => {
    await needKey(ledger, name);
    const now = ledger.now();
    const { id, token } = await rotateApiKey(ledger, name, { overlapMs }, now);
    if (globals.json)
      return sayJson({ name, id, token, before: { expires: isoOf(now + overlapMs) } });
    say(token);
    warn(
      'This is the only time that it is shown. ' +
        (overlapMs === 0
          ? 'The one before does not hold any more.'
          : `The one before holds until ${clockTime(now + overlapMs, now)} at the latest.`),
    );
  });
}

async function revoke(name: string, globals: Globals): Promise<void> {
  await withExistingLedger(globals, async (ledger) => {
    await needKey(ledger, name);
    await revokeApiKey(ledger, name, ledger.now());
    const left = (await listApiKeys(ledger)).length;
    if (globals.json) return sayJson({ name, revoked: true, left });
    say(`Nobody is let in by "${name}" any more.`);
    if (left === 0) warn('There is no key left: the API answers this machine alone, without one.');
  });
}

/** @throws InputError that suggests a name when there is no such key. */
async function needKey(ledger: Ledger, name: string): Promise<void> {
  const names = (await listApiKeys(ledger)).map((key) => key.name);
  if (names.includes(name)) return;
  const meant = closest(name, names);
  throw new InputError(
    `There is no key named "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} See: campaign keys list`,
  );
}

function durationOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InputError(`${option} must be a duration like 90d or 24h.`);
  return ms;
}

const isoOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
