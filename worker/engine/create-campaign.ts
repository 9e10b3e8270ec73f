import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Inbox } from '../../providers/provider';
import { createFromFile, differences } from '../campaign/from-file';
import { InputError } from '../campaign/input-error';
import { spool, spoolFolder } from '../campaign/spool';
import type { Campaign, Engine, Ledger } from '../ledger';
import type { Connection } from './connect';
import { type Checked, check, checkMessage, type Prepared, probedInbox, theInbox } from './prepare';

/** A campaign that may be written down: its inbox as the platform describes it, and what would become of its list. */
export interface Examined {
  readonly inbox: Inbox;
  readonly result: Checked;
}

/** Asks the platform, and reads the whole list. @throws InputError when the campaign cannot run at all. */
export async function examine(
  prepared: Prepared,
  connection: Connection,
  ledger: Ledger,
): Promise<Examined> {
  const { file } = prepared;
  const inbox = await probedInbox(connection, await theInbox(connection, file.inbox));
  await checkMessage(connection, inbox, file.message.template);
  return { inbox, result: await check(prepared, inbox, connection, ledger) };
}

export interface Writing {
  /** What the ledger was opened by: a copy of the list is kept beside it. */
  readonly where: string;
  /** Whoever imports the list starts it as well. */
  readonly autostart: boolean;
  /** Instead of what the file says. */
  readonly engine?: Engine | undefined;
}

/** Writes an examined campaign down with a copy of its list. @throws InputError when nobody of it can be written to. */
export async function writeCampaign(
  { file, list: given }: Prepared,
  { inbox, result }: Examined,
  ledger: Ledger,
  { where, autostart, engine }: Writing,
): Promise<Campaign> {
  if (result.ready === result.excludedNow) {
    throw new InputError(
      `Nobody of the ${result.total === 1 ? '1 row' : `${result.total.toLocaleString('en')} rows`} can be written to, so nothing was started. See why with: campaign check`,
    );
  }
  const list = await spool(given.path, spoolFolder(where));
  const made = { file, inbox, list, autostart, ...(engine === undefined ? {} : { engine }) };
  return createFromFile(ledger, made, ledger.now());
}

/** @throws InputError when the campaign of this name is another one. */
export async function refuseOther(campaign: Campaign, { file, list }: Prepared): Promise<void> {
  const changed = differences(campaign, file, await hashOf(list.path));
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
