import { setTimeout as wait } from 'node:timers/promises';
import {
  type Campaign,
  campaignOfRef,
  control,
  findSend,
  type Ledger,
  LedgerError,
  readSendId,
} from '../ledger';
import { type OneSend, type SendTurn, standOf } from './send-turn';
import { importSingle } from './single';

/** How often it is looked whether somebody still has a row. */
const LOOK_MS = 200;

/** There is no such message, or it is not one that is sent by itself: no other try finds it either. */
export class NoSuchSend extends Error {
  override readonly name = 'NoSuchSend';

  constructor() {
    super('there is no such message to be sent by a workflow of its own');
  }
}

/**
 * The message with its campaign; one of its own is written down, where its maker died before that, and started.
 *
 * @throws NoSuchSend
 */
export async function theSend(ledger: Ledger, send: string): Promise<OneSend> {
  const { campaign, seq } = await written(ledger, send);
  const { kind, state, name, ref } = campaign;
  if (kind !== 'single' || state !== 'ready') return { campaign, seq };
  // Whoever asks for its delivery asks for its start.
  await control(ledger, name, { action: 'start', byWorkflow: true }, ledger.now());
  return { campaign: await campaignOfRef(ledger.db, ref), seq };
}

/**
 * Cancels a message that is a campaign of its own, so that no gate lets it through any more; one of a list is its campaign's to cancel. Says how it
 * stands when nobody has it claimed any more: `open`, where its request was begun.
 *
 * @throws NoSuchSend
 */
export async function cancelSend(ledger: Ledger, send: string): Promise<SendTurn> {
  const one = await written(ledger, send);
  const { kind, name } = one.campaign;
  if (kind === 'single') {
    const how = { action: 'cancel', why: 'asked for in Temporal', byWorkflow: true } as const;
    await control(ledger, name, how, ledger.now()).catch((error: unknown) => {
      // It has its end already.
      if (!(error instanceof LedgerError)) throw error;
    });
  }
  for (;;) {
    const turn = await standOf(ledger, one, ledger.now());
    const claimed = turn?.state === 'not_before' && turn.why === 'in_work';
    if (!claimed || kind !== 'single') return turn ?? { state: 'ready' };
    await wait(LOOK_MS);
  }
}

async function written(ledger: Ledger, send: string): Promise<OneSend> {
  const id = readSendId(send);
  if (id === null) throw new NoSuchSend();
  const { ref, seq } = id;
  let campaign = await campaignOfRef(ledger.db, ref).catch((error: unknown) => {
    if (error instanceof LedgerError) throw new NoSuchSend();
    throw error;
  });
  if (campaign.orchestrate !== 'message') throw new NoSuchSend();
  if (campaign.kind === 'single' && campaign.state === 'importing') {
    await importIfNeeded(ledger, campaign);
    campaign = await campaignOfRef(ledger.db, ref);
  }
  if ((await findSend(ledger.db, campaign.id, seq)) === undefined) throw new NoSuchSend();
  return { campaign, seq };
}

async function importIfNeeded(ledger: Ledger, campaign: Campaign): Promise<void> {
  try {
    await importSingle(ledger, campaign, ledger.now());
  } catch (error) {
    // Whoever made it was about to do the same.
    if ((await campaignOfRef(ledger.db, campaign.ref)).state === 'importing') throw error;
  }
}
