import { findProvider } from '../../../providers';
import { isWebAddress } from '../../campaign/campaign-file';
import { type CampaignRequest, isFetched } from '../../campaign/campaign-request';
import { needExcluded } from '../../campaign/exclude';
import { InputError } from '../../campaign/input-error';
import { campaignFromRequest, otherThan } from '../../campaign/intake';
import type { Spooled } from '../../campaign/spool';
import { askStart, type Campaign, createCampaign, findCampaign, LedgerError } from '../../ledger';
import type { Connection } from '../connect';
import { needAttachments } from '../need-attachments';
import { takingLists } from '../opening';
import { checkMessage, probedInbox, theInbox } from '../prepare';
import type { DeskPlace } from './place';

/**
 * Checks a campaign that is asked for over HTTP, with its platform, and writes it down. The same name with the same content is the
 * same campaign.
 *
 * @throws InputError for what cannot be sent; LedgerError when the name stands for another campaign.
 */
export async function createByRequest(
  place: DeskPlace,
  request: CampaignRequest,
): Promise<{ readonly campaign: Campaign; readonly fresh: boolean }> {
  const { ledger } = place;
  const before = await existing(place, request);
  if (before !== undefined) return { campaign: before, fresh: false };
  const { file } = request;
  await needExcluded(ledger, file);
  const connection = await place.connectionOf(file.account);
  await needFiles(file.message.attachments ?? [], connection);
  const inbox = await probedInbox(connection, await theInbox(connection, file.inbox));
  await checkMessage(connection, inbox, file.message.template);
  const engine = place.chosenEngine ?? file.engine ?? 'embedded';
  const made = { request, inbox, engine };
  // Looked at before anything is fetched: mistakes are told first.
  const draft = campaignFromRequest({ ...made, list: null }, ledger.now());
  const list = isFetched(file) ? await fetched(place, file.audience.file) : null;
  const found = list === null ? {} : { listPath: list.path, listHash: list.hash };
  try {
    const campaign = await createCampaign(ledger, { ...draft, ...found }, ledger.now());
    return { campaign, fresh: true };
  } catch (error) {
    // Another request may have been faster.
    const now = await existing(place, request);
    if (now === undefined) throw error;
    return { campaign: now, fresh: false };
  }
}

async function existing(
  { ledger }: DeskPlace,
  request: CampaignRequest,
): Promise<Campaign | undefined> {
  const { start, file } = request;
  const { name } = file;
  const campaign = await findCampaign(ledger.db, name);
  if (campaign === undefined) return undefined;
  const changed = otherThan(campaign, request);
  if (changed.length === 0) return askStart(ledger, name, start);
  throw new LedgerError(
    `there is a campaign "${name}" already (${campaign.state}), and ${changed.join(' and ')} differs: choose another name`,
    undefined,
    { code: 'conflict' },
  );
}

/** @throws InputError for a path: it would be one of this machine, which is nobody's to read over HTTP. */
async function needFiles(sources: readonly string[], { account }: Connection): Promise<void> {
  if (sources.some((source) => !isWebAddress(source))) {
    throw new InputError(
      'message.attachments names a path, which would be one of the server. Over HTTP only https addresses can be named, where the platform fetches files itself.',
    );
  }
  const media = findProvider(account.platform)?.capabilities.attachments ?? null;
  if (sources.length > 0 && media === null) {
    throw new InputError('message.attachments: this platform takes no files.');
  }
  await needAttachments(sources, account);
}

async function fetched(
  { ledger, spoolFolder, allowLists }: DeskPlace,
  source: string,
): Promise<Spooled> {
  return takingLists(ledger, { spoolFolder, allowLists }).takeList(source);
}
