import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../campaign/input-error';
import { globalsOf } from './globals';
import { SCHEMAS } from './schema';
import { ask, isTerminal, say, sayJson } from './screen';

interface Options {
  readonly sandbox?: boolean;
  readonly force?: boolean;
  readonly url?: string;
  readonly accountId?: string;
  readonly inbox?: string;
  readonly name?: string;
}

interface Answers {
  readonly url: string;
  readonly accountId: string;
  readonly inbox: string;
  readonly name: string;
}

const SANDBOX_URL = 'http://127.0.0.1:4010';

export function command(): Command {
  return new Command('init')
    .description(
      'Writes the first files into a folder: accounts.yaml, a campaign, a small list with numbers that belong to nobody, and ' +
        'the schemas by which an editor completes and checks them. Replaces nothing that is there.',
    )
    .argument('[folder]', 'where', '.')
    .option('--sandbox', 'for the sandbox on this machine (campaign sandbox)')
    .option('--url <url>', 'address of the Chatwoot server')
    .option('--account-id <id>', 'the number after /accounts/ in the address bar')
    .option('--inbox <id>', 'the inbox that sends')
    .option('--name <name>', 'name of the campaign')
    .option('--force', 'replace files that are there')
    .addHelpText('after', '\nExample:\n  campaign init rehearsal --sandbox')
    .action(async (folder: string, options: Options, self: Command) => {
      const answers = await questions(options);
      const files = filesOf(answers, options.sandbox === true);
      await write(folder, files, options.force === true);
      if (globalsOf(self).json) {
        sayJson({ folder, files: [...files.keys()] });
        return;
      }
      say(`Written to ${folder}: ${[...files.keys()].join(', ')}.`);
      say();
      say('Next:');
      if (folder !== '.') say(`  cd ${folder}`);
      for (const line of nextSteps(answers.name, options.sandbox === true)) say(`  ${line}`);
    });
}

function nextSteps(name: string, sandbox: boolean): string[] {
  const before = sandbox
    ? ['campaign sandbox          (in another terminal)']
    : ['export CHATWOOT_TOKEN=…   (Profile Settings, Access Token)'];
  return [
    ...before,
    'campaign accounts test',
    `campaign check ${name}.campaign.yaml`,
    `campaign run ${name}.campaign.yaml`,
  ];
}

async function questions(options: Options): Promise<Answers> {
  const given = {
    url: options.url ?? (options.sandbox === true ? SANDBOX_URL : 'https://app.chatwoot.com'),
    accountId: options.accountId ?? '1',
    inbox: options.inbox ?? (options.sandbox === true ? '3' : '1'),
    name: options.name ?? 'first',
  };
  if (options.sandbox === true || !isTerminal()) return checked(given);
  return checked({
    url: options.url ?? (await ask('Address of your Chatwoot server', given.url)),
    accountId:
      options.accountId ?? (await ask('Account id (the number after /accounts/)', given.accountId)),
    inbox: options.inbox ?? (await ask('Id of the inbox that sends', given.inbox)),
    name: options.name ?? (await ask('Name of the campaign', given.name)),
  });
}

function checked(answers: Answers): Answers {
  if (!URL.canParse(answers.url))
    throw new InputError('The address must be like https://app.chatwoot.com.');
  if (!/^\d+$/.test(answers.accountId)) throw new InputError('The account id must be a number.');
  if (!/^[\w.-]{1,40}$/.test(answers.inbox)) throw new InputError('The inbox must be its id.');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(answers.name)) {
    throw new InputError(
      'The name must be letters, digits, dots and dashes, such as spring-recall.',
    );
  }
  return answers;
}

function filesOf(answers: Answers, sandbox: boolean): Map<string, string> {
  const { url, accountId, inbox, name } = answers;
  return new Map([
    [
      'accounts.yaml',
      `# yaml-language-server: $schema=accounts.schema.json
support-inbox:
  platform: chatwoot
  url: ${url}
  accountId: "${accountId}"
  token: ${sandbox ? 'sandbox-token' : '${CHATWOOT_TOKEN}   # taken from the environment'}
  # limits: { message: 8/s }   # the platform's own default without it
${sandbox ? '  settleDelay: 5s   # the sandbox is quick; the platform needs its 90 seconds\n' : ''}`,
    ],
    [
      `${name}.campaign.yaml`,
      `# yaml-language-server: $schema=campaign.schema.json
name: ${name}
account: support-inbox
inbox: "${inbox}"
audience:
  file: customers.csv
  country: US                # for numbers without +
consent:
  column: opted_in
  method: list
message:
  text: "Hi {{ first_name | default: 'there' }}, your order {{ order }} is ready."
stopWhen: { failedPercent: 20 }
# quietHours: { from: "20:00", to: "09:00", zone: recipient }
`,
    ],
    [
      'customers.csv',
      `Phone,First name,Order,Opted in
+1 202 555 0110,Ada,A-1001,yes
(202) 555-0111,Ben,A-1002,yes
202.555.0112,,A-1003,2026-03-14
+1 202 555 0110,Ada,A-1004,yes
2025550113,Chi,A-1005,no
12,Dev,A-1006,yes
`,
    ],
    ['accounts.schema.json', `${JSON.stringify(SCHEMAS.accounts(), null, 2)}\n`],
    ['campaign.schema.json', `${JSON.stringify(SCHEMAS.campaign(), null, 2)}\n`],
    // The ledger holds addresses, and the accounts file may come to hold a token.
    ['.gitignore', '.campaign/\naccounts.yaml\n*.csv\n*.xlsx\n'],
  ]);
}

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
