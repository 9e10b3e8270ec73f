import { resolve } from 'node:path';
import type { Account } from '../campaign/accounts-file';
import type { CampaignRequest } from '../campaign/campaign-request';
import { type CampaignCheck, checkRows } from '../campaign/check-rows';
import { spoolFolder } from '../campaign/spool';
import type { IncomingList } from '../campaign/spool-stream';
import { type Campaign, type Engine, type Ledger, needCampaign } from '../ledger';
import { readAccounts, theAccount } from './accounts';
import type { Message } from './client/message';
import type { Connection } from './connect';
import { type Chunk, createChunks, sealChunks, type TakenChunk } from './desk/chunks';
import { createByRequest } from './desk/create';
import type { DeskPlace } from './desk/place';
import { createScheduleDesk, type ScheduleDesk } from './desk/schedules';
import { type AccountSummary, summaryOf } from './desk/summary';
import { type TakenList, takeList } from './desk/take-list';
import { type WrittenSend, writeMessage } from './desk/write-message';

export type { IncomingList } from '../campaign/spool-stream';
export type { Chunk, TakenChunk } from './desk/chunks';
export { keepReading, type ReadingEvent } from './desk/reading';
export type { AccountSummary } from './desk/summary';
export type { TakenList } from './desk/take-list';
export type { WrittenSend } from './desk/write-message';

/**
 * What a process that serves can do for whoever asks over HTTP: everything that needs an account, a platform, or a disk. The API knows its
 * type only.
 */
export interface Desk {
  /** What drives a campaign or a message that does not say. */
  readonly engine: Engine;
  /** Those that can be used; one whose credentials are not here is left out. @throws InputError when the file cannot be read. */
  accounts(): Promise<readonly AccountSummary[]>;
  /** With its credentials: for verifying signatures, and never to be shown. @throws InputError when there is no such account. */
  account(name: string): Promise<Account>;
  /** The one connection of this process to an account. */
  connectionOf(name: string): Promise<Connection>;
  /**
   * Checks a campaign with its platform and writes it down; its audience comes later. The same name with the same content is the same campaign.
   *
   * @throws InputError for what cannot be sent; LedgerError when the name stands for another campaign.
   */
  createCampaign(
    request: CampaignRequest,
  ): Promise<{ readonly campaign: Campaign; readonly fresh: boolean }>;
  /** Takes a list to the disk; it is read into the ledger from there, by whoever keeps reading. */
  takeList(name: string, list: IncomingList): Promise<TakenList>;
  addRecipients(name: string, chunk: Chunk): Promise<TakenChunk>;
  /** All chunks are in. */
  seal(name: string): Promise<Campaign>;
  check(name: string): Promise<CampaignCheck>;
  /** Writes one message down, for the engine to send. The same key never sends twice. */
  writeSend(message: Message): Promise<WrittenSend>;
  readonly schedules: ScheduleDesk;
}

export interface DeskOptions {
  readonly ledger: Ledger;
  /** What the ledger was opened by: lists are kept beside it until they are read. */
  readonly where: string;
  /** The accounts file. */
  readonly accounts: string;
  /** The one connection of this process to an account. */
  readonly connectionOf: (account: string) => Promise<Connection>;
  /** What drives everything that comes in, where the command line says it. */
  readonly engine: Engine | undefined;
  /** What the addresses of lists have to begin with. */
  readonly allowLists: readonly string[];
}

export function deskPlace({ ledger, where, accounts, engine, ...more }: DeskOptions): DeskPlace {
  return {
    ledger,
    accounts,
    connectionOf: more.connectionOf,
    chosenEngine: engine,
    spoolFolder: resolve(spoolFolder(where)),
    allowLists: more.allowLists,
  };
}

export function createDesk(place: DeskPlace): Desk {
  const { ledger, chosenEngine } = place;
  const { addRecipients } = createChunks(ledger);
  return {
    engine: chosenEngine ?? 'embedded',
    async accounts() {
      // Nobody is named by the empty name: so what one account lacks is no reason to hide the others.
      const all = await readAccounts(place, '');
      return [...all.values()].map(summaryOf);
    },
    account: (name) => theAccount(place, name),
    connectionOf: place.connectionOf,
    createCampaign: (request) => createByRequest(place, request),
    takeList: (name, list) => takeList(place, name, list),
    addRecipients,
    seal: (name) => sealChunks(ledger, name),
    async check(name) {
      const campaign = await needCampaign(ledger.db, name);
      const { definition, account } = await place.connectionOf(campaign.account);
      const { capabilities } = definition;
      return checkRows(ledger, campaign, { capabilities, limits: account.limits });
    },
    writeSend: (message) => writeMessage(place, message),
    schedules: createScheduleDesk(place),
  };
}
