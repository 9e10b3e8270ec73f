import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { ProviderDefinition } from '../../providers/provider';
import { closest } from '../campaign/closest';
import { InputError } from '../campaign/input-error';
import { REHEARSALS } from '../sandbox/rehearsals';
import { PLATFORMS } from './account-file';
import { globalsOf } from './globals';
import { type Answers, filesOf, neededSecrets, variableOf } from './init-files';
import { ask, isTerminal, say, sayJson } from './screen';

interface Options {
  readonly platform?: string;
  readonly sandbox?: boolean;
  readonly force?: boolean;
  readonly url?: string;
  readonly accountId?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly inbox?: string;
  readonly name?: string;
}

const SANDBOX_URL = 'http://127.0.0.1:4010';

export function command(): Command {
  return new Command('init')
    .description(
      'Writes the first files into a folder: accounts.yaml, a campaign, a small list with numbers that belong to nobody, and ' +
        'the schemas by which an editor completes and checks them. Replaces nothing that is there.',
    )
    .argument('[folder]', 'where', '.')
    .option('--platform <name>', `one of ${PLATFORMS.map(({ id }) => id).join(', ')}`)
    .option('--sandbox', 'for the sandbox on this machine (campaign sandbox)')
    .option('--url <url>', 'base address of the platform, or of the sandbox')
    .option('--account-id <id>', 'short for --set accountId=<id>')
    .option('--set <field=value>', 'a field of the account; may be repeated', collect, {})
    .option('--inbox <id>', 'the inbox that sends')
    .option('--name <name>', 'name of the campaign')
    .option('--force', 'replace files that are there')
    .addHelpText(
      'after',
      '\nExample:\n  campaign init rehearsal --sandbox\n  campaign init spring --platform bird',
    )
    .action(async (folder: string, options: Options, self: Command) => {
      const answers = await questions(options);
      const files = filesOf(answers);
      await write(folder, files, options.force === true);
      if (globalsOf(self).json) {
        sayJson({ folder, files: [...files.keys()] });
        return;
      }
      say(`Written to ${folder}: ${[...files.keys()].join(', ')}.`);
      say();
      say('Next:');
      if (folder !== '.') say(`  cd ${folder}`);
      for (const line of nextSteps(answers)) say(`  ${line}`);
    });
}

function collect(pair: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = pair.indexOf('=');
  if (at < 1) throw new InputError(`--set takes a field and its value, such as accountId=7.`);
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) };
}

function nextSteps({ definition, name, sandbox }: Answers): string[] {
  const before = sandbox
    ? ['campaign sandbox          (in another terminal)']
    : neededSecrets(definition).map(
        (field) => `export ${variableOf(definition, field)}=…   (${field.help})`,
      );
  return [
    ...before,
    'campaign accounts test',
    `campaign check ${name}.campaign.yaml`,
    `campaign run ${name}.campaign.yaml`,
  ];
}

async function questions(options: Options): Promise<Answers> {
  const sandbox = options.sandbox === true;
  const asks = !sandbox && isTerminal();
  const definition = platformOf(options.platform ?? (asks ? await askPlatform() : 'chatwoot'));
  const given = givenFields(definition, options);
  const rehearsal = REHEARSALS[definition.id];
  if (sandbox) {
    const url = `${(options.url ?? SANDBOX_URL).replace(/\/+$/, '')}${rehearsal.mount}`;
    const fields = { ...rehearsal.credentials, ...given, url };
    const { inbox = rehearsal.inbox, name = 'first' } = options;
    return checked({ definition, fields, inbox, name, sandbox });
  }
  const fields: Record<string, string> = {};
  for (const { name, label, help, secret, required, default: usual } of definition.credentials) {
    // A secret is for the environment, and is not asked for: what is typed here is written to a file.
    if (secret === true) continue;
    const value = given[name];
    if (value !== undefined) fields[name] = value;
    else if (name === 'url' || required === true) {
      const answer = asks ? await ask(`${label} (${withoutDot(help)})`, usual) : usual;
      if (answer === undefined || answer === '') {
        throw new InputError(`${name} is missing. Give it with --set ${name}=…: ${help}`);
      }
      fields[name] = answer;
    }
  }
  const inbox = options.inbox ?? (asks ? await ask('Id of the inbox that sends', '1') : '1');
  const name = options.name ?? (asks ? await ask('Name of the campaign', 'first') : 'first');
  return checked({ definition, fields, inbox, name, sandbox });
}

async function askPlatform(): Promise<string> {
  return ask(`Platform (${PLATFORMS.map(({ id }) => id).join(', ')})`, 'chatwoot');
}

function platformOf(id: string): ProviderDefinition {
  const found = PLATFORMS.find((each) => each.id === id.trim().toLowerCase());
  if (found !== undefined) return found;
  const names = PLATFORMS.map((each) => each.id);
  const meant = closest(id, names);
  throw new InputError(
    `There is no platform "${id}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are: ${names.join(', ')}.`,
  );
}

/** What the command line says of the account's fields. @throws InputError for a field that the platform has not. */
function givenFields(
  { credentials, displayName }: ProviderDefinition,
  { set, url, accountId }: Options,
): Readonly<Record<string, string>> {
  const given = {
    ...set,
    ...(url === undefined ? {} : { url }),
    ...(accountId === undefined ? {} : { accountId }),
  };
  for (const name of Object.keys(given)) {
    const field = credentials.find((each) => each.name === name);
    if (field === undefined) {
      const known = credentials.filter(({ secret }) => secret !== true).map((each) => each.name);
      throw new InputError(
        `An account of ${displayName} has no ${name}. Its fields are: ${known.join(', ')}.`,
      );
    }
    if (field.secret === true) {
      throw new InputError(
        `${name} is a secret: it stays off the command line, and the file takes it from the environment.`,
      );
    }
  }
  return given;
}

function checked(answers: Answers): Answers {
  const { url } = answers.fields;
  if (url !== undefined && !URL.canParse(url)) {
    throw new InputError('The address must be like https://app.chatwoot.com.');
  }
  const accountId = answers.fields['accountId'];
  if (accountId !== undefined && !/^\d+$/.test(accountId)) {
    throw new InputError('The account id must be a number.');
  }
  if (!/^[\w.-]{1,60}$/.test(answers.inbox)) throw new InputError('The inbox must be its id.');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(answers.name)) {
    throw new InputError(
      'The name must be letters, digits, dots and dashes, such as spring-recall.',
    );
  }
  return answers;
}

const withoutDot = (sentence: string): string => sentence.replace(/\.$/, '');

/** All of them or none. A .gitignore of somebody's own stays as it is. */
async function write(
  folder: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<void> {
  const there = [...files.keys()].filter((name) => existsSync(join(folder, name)));
  const taken = there.filter((name) => name !== '.gitignore');
  if (taken.length > 0 && !force) {
    throw new InputError(
      `${folder} has ${taken.join(', ')} already. Nothing was written. Choose another folder, or replace them with --force.`,
    );
  }
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) {
    if (name === '.gitignore' && there.includes(name)) continue;
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
}
