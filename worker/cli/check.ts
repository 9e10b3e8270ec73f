import { Command } from 'commander';
import { findProvider } from '../../providers';
import { printCheck } from '../campaign/print-check';
import type { Connection } from '../engine/connect';
import { withConnection } from './connected';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { openSaying } from './ledger-file';
import { assumedInbox, type Checked, check, checkMessage, prepare, theInbox } from './prepare';
import { many, say, sayJson } from './screen';
import { mayBeThere } from './which-ledger';

export function command(): Command {
  return new Command('check')
    .description(
      'Reads the campaign file, the whole list and what the platform knows of inbox and template. Says how many rows are ' +
        'ready, who is skipped and why, and when it would be finished. Sends nothing and changes nothing.',
    )
    .argument('<file>', 'the campaign file')
    .option('--offline', 'do not ask the platform; an SMS inbox is assumed')
    .addHelpText(
      'after',
      '\nExample:\n  campaign check spring.campaign.yaml\n  campaign check spring.campaign.yaml --json | jq .skipped',
    )
    .action(async (file: string, options: { offline?: boolean }, self: Command) => {
      await checkOnly(file, globalsOf(self), options.offline === true);
    });
}

/** Also `campaign run --dry-run`. */
export async function checkOnly(path: string, globals: Globals, offline: boolean): Promise<void> {
  const prepared = await prepare(path, globals);
  const { account, file } = prepared;
  const ledger = mayBeThere(globals.ledger) ? await openSaying(globals) : null;
  try {
    const definition = findProvider(account.platform) as Connection['definition'];
    const result = offline
      ? await check(prepared, assumedInbox(file.inbox), { definition }, ledger)
      : await withConnection(account, { ledger: null, globals }, async (connection) => {
          const inbox = await theInbox(connection, file.inbox);
          await checkMessage(connection, inbox, file.message.template);
          return check(prepared, inbox, connection, ledger);
        });
    if (globals.json) sayJson(result);
    else sayCheck(result, offline);
    if (result.ready === result.excludedNow) process.exitCode = EXIT.input;
  } finally {
    await ledger?.close();
  }
}

/** The check for a person. */
export function sayCheck(result: Checked, offline = false): void {
  for (const line of printCheck(result)) say(line);
  if (result.excludedNow > 0) {
    say();
    say(
      `${many(result.excludedNow, 'ready person is', 'ready people are')} excluded now, for a message of another campaign, and will be skipped.`,
    );
  }
  if (result.suppressedNow > 0) {
    say();
    say(
      `${many(result.suppressedNow, 'ready person is', 'ready people are')} suppressed now, and will be skipped when their turn comes.`,
    );
  }
  if (offline) {
    say();
    say('Note: the platform was not asked. Whether the inbox and the template exist is not known.');
  }
}
