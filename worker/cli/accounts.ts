import { Command } from 'commander';
import { isProviderError } from '../../core/errors';
import type { Identity, Inbox } from '../../providers/provider';
import type { Account } from '../campaign/accounts-file';
import type { Connection } from '../engine/connect';
import { PLATFORMS, readAccounts, theAccount } from './account-file';
import { withConnection } from './connected';
import { failureOf } from './errors';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { probedInbox } from './prepare';
import { printable, say, sayJson, table, warn } from './screen';

export function command(): Command {
  const accounts = new Command('accounts')
    .description('The accounts of the accounts file.')
    .addHelpText('after', '\nExample:\n  campaign accounts test');
  accounts
    .command('test')
    .description(
      'Asks the platform whether it accepts the account, and shows its inboxes and templates. Changes nothing, but for ' +
        '--probe, which writes a private note into the conversation of a contact of its own and deletes it again.',
    )
    .argument('[name]', 'the account; all of them without it')
    .option('--probe', 'try on API inboxes whether a lost answer can be looked up')
    .addHelpText('after', '\nExample:\n  campaign accounts test support-inbox')
    .action(async (name: string | undefined, options: { probe?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      const chosen =
        name === undefined
          ? [...(await readAccounts(globals)).values()]
          : [await theAccount(globals, name)];
      for (const account of chosen) await testOne(account, options.probe === true, globals);
    });
  accounts
    .command('list')
    .description('Names, platforms and addresses; never a secret. Asks no platform.')
    .addHelpText('after', '\nExample:\n  campaign accounts list')
    .action(async (_options: unknown, self: Command) => {
      const globals = globalsOf(self);
      const all = [...(await readAccounts(globals)).values()];
      if (globals.json) {
        for (const account of all) sayJson(publicPart(account));
        return;
      }
      const rows = all.map((each) => [each.name, each.platform, each.credentials['url'] ?? '']);
      for (const line of table(['account', 'platform', 'address'], rows)) say(line);
    });
  return accounts;
}

/** Shows one account; one that is refused sets the exit code, and the next one is still tested. */
async function testOne(account: Account, probing: boolean, globals: Globals): Promise<void> {
  try {
    await withConnection(account, { ledger: null, globals }, async (connection) => {
      const identity = await connection.provider.ping?.();
      const inboxes = await connection.provider.listInboxes();
      const seen = await Promise.all(inboxes.map((inbox) => look(connection, inbox, probing)));
      if (globals.json) {
        // Where nothing can be asked, nothing is known: that is no yes.
        const ok = identity === undefined ? null : true;
        sayJson({ account: account.name, ok, identity: identity ?? null, inboxes: seen });
        return;
      }
      const { displayName } = connection.definition;
      say(`${account.name}: ${acceptance(displayName, identity)}`);
      for (const warning of identity?.warnings ?? []) warn(`  Note: ${warning}`);
      const rows = seen.map((inbox) => [
        `"${inbox.id}"`,
        printable(inbox.name),
        inbox.channel,
        inbox.addressKinds.join(', ') || 'cannot begin',
        inbox.templates === null ? '–' : String(inbox.templates),
        inbox.lookup ? 'yes' : 'no',
      ]);
      const header = ['inbox', 'name', 'channel', 'writes to', 'templates', 'lost answers found'];
      for (const line of table(header, rows)) say(`  ${line}`);
    });
  } catch (error) {
    if (!isProviderError(error)) throw error;
    const { exit, code, message } = failureOf(error);
    process.exitCode =
      process.exitCode === undefined || process.exitCode === EXIT.ok ? exit : process.exitCode;
    if (globals.json) sayJson({ account: account.name, ok: false, error: { code, message } });
    else warn(`${account.name}: ${message}`);
  }
}

function acceptance(displayName: string, identity: Identity | undefined): string {
  if (identity === undefined) {
    return `${displayName} has nothing that could be asked without sending. Whether it accepts the account shows with a message to yourself: campaign send --help`;
  }
  const version = identity.version === undefined ? '' : ` ${identity.version}`;
  return `${displayName}${version} accepts the account (${printable(identity.name)}).`;
}

async function look(connection: Connection, inbox: Inbox, probing: boolean) {
  const { provider } = connection;
  const probed = probing ? await probedInbox(connection, inbox) : inbox;
  const templates =
    inbox.template && provider.listTemplates !== undefined
      ? (await provider.listTemplates(inbox.id)).length
      : null;
  const { id, name, channel, addressKinds, lookup } = probed;
  return { id, name, channel, addressKinds, lookup, templates };
}

function publicPart({ name, platform, credentials }: Account) {
  const definition = PLATFORMS.find(({ id }) => id === platform);
  const open = (definition?.credentials ?? []).filter((field) => field.secret !== true);
  return {
    account: name,
    platform,
    ...Object.fromEntries(open.map((field) => [field.name, credentials[field.name] ?? null])),
  };
}
