import { findSingle, importSingle } from '../../campaign/single';
import { type Campaign, campaignOfRef, needCampaign, sendIdOf } from '../../ledger';
import { startIfAsked } from '../ask-plan';
import { type Message, singleOf } from '../client/message';
import { writeSingle } from '../write-send';
import type { DeskPlace } from './place';

export interface WrittenSend {
  readonly sendId: string;
  readonly campaign: Campaign;
  /** False when this key was used before, for the same message. */
  readonly fresh: boolean;
}

/**
 * Writes one message down, for the engine to send: at most once for its key. When it resolves the message is not lost any more.
 *
 * @throws InputError when it cannot be sent, or its key stands for another message.
 */
export async function writeMessage(place: DeskPlace, message: Message): Promise<WrittenSend> {
  const { ledger } = place;
  const single = singleOf(message);
  const before = await findSingle(ledger, single);
  const campaign = before ?? (await write());
  if (campaign.state === 'importing') {
    await importSingle(ledger, campaign, ledger.now()).catch(async (error: unknown) => {
      // A worker was faster.
      if ((await campaignOfRef(ledger.db, campaign.ref)).state === 'importing') throw error;
    });
  }
  // On Temporal it has a workflow of its own, which begins it.
  if (campaign.engine === 'embedded') await startIfAsked(ledger, campaign.name, ledger.now());
  return {
    sendId: sendIdOf(campaign, 0),
    campaign: await needCampaign(ledger.db, campaign.name),
    fresh: before === undefined,
  };

  async function write(): Promise<Campaign> {
    const connection = await place.connectionOf(single.account);
    const by = place.chosenEngine === 'temporal' ? 'workflow' : 'worker';
    return writeSingle(ledger, connection, single, { keyGiven: true, by });
  }
}
