import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createFromFile, differences } from '../campaign/from-file';
import { InputError } from '../campaign/input-error';
import { spool } from '../campaign/spool';
import type { Connection } from '../engine/connect';
import type { Campaign, Ledger } from '../ledger';
import { sayCheck } from './check';
import type { Globals } from './globals';
import { check, checkMessage, type Prepared, probedInbox, theInbox } from './prepare';
import { many, say } from './screen';
import { spoolFolder } from './which-ledger';

export interface Place {
  readonly connection: Connection;
  readonly ledger: Ledger;
  readonly globals: Globals;
}

/**
 * Checks everything, then writes the campaign down with a copy of its list. With `autostart` whoever imports the list starts
 * it as well.
 */
export async function create(
  prepared: Prepared,
  place: Place,
  autostart = false,
): Promise<Campaign> {
  const { connection, ledger, globals } = place;
  const { file } = prepared;
  const inbox = await probedInbox(connection, await theInbox(connection, file.inbox));
  await checkMessage(connection, inbox, file.message.template);
  const result = await check(prepared, inbox, connection, ledger);
  if (!globals.json) {
    // A terminal is the operator's own screen; anything else may be a log, where no name belongs.
    sayCheck(process.stdout.isTTY ? result : { ...result, previews: [] });
    say();
  }
  if (result.ready === result.excludedNow) {
    throw new InputError(
      `Nobody of the ${many(result.total, 'row')} can be written to, so nothing was started. See why with: campaign check`,
    );
  }
  const list = await spool(file.audience.file, spoolFolder(globals.ledger));
  return createFromFile(ledger, { file, inbox, list, autostart }, ledger.now());
}

/** @throws InputError when the campaign of this name is another one. */
export async function refuseOther(campaign: Campaign, { file }: Prepared): Promise<void> {
  const changed = differences(campaign, file, await hashOf(file.audience.file));
  if (changed.length === 0) return;
  throw new InputError(
    `There is a campaign "${campaign.name}" already (${campaign.state}), and ${changed.join(' and ')} changed since. Nothing was sent. ` +
      `Choose another name for a new campaign, or go on with the old one as it was: campaign resume ${campaign.name}`,
  );
}

/** The same hash as the spooled copy has. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
