/**
 * The runner for other people's programs: single messages, campaigns, and what a worker of their own registers. Everything is written to the ledger first; Temporal
 * is told of it, now or by the next worker.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type CampaignState, FINAL_STATES, type FinalState } from '../../../core/words';
import type { CampaignActivities, SendActivities } from '../../../workflows/ports';
import { type CampaignFile, campaignOf, readCampaignFile } from '../../campaign/campaign-file';
import { importSingle } from '../../campaign/single';
import {
  type Action,
  type Campaign,
  type Counts,
  campaignOfRef,
  control,
  findCampaign,
  findSend,
  type Ledger,
  LedgerError,
  needCampaign,
  openLedger,
  readSendId,
  sendIdOf,
  tally,
} from '../../ledger';
import { examine, refuseOther, writeCampaign } from '../create-campaign';
import { prepareFile } from '../prepare';
import { readList } from '../read-list';
import { createActivities } from '../temporal/activities';
import { connectTemporal } from '../temporal/connection';
import { originalOf } from '../temporal/sanitise';
import { hasSearchAttributes, sendWorkflowIdOf, TASK_QUEUE, tellAll } from '../temporal/tell';
import { writeSingle } from '../write-send';
import { openConnections } from './connections';
import { type Message, singleOf } from './message';

export type { Message } from './message';

/** How often the ledger is asked whether a message has its end. */
const LOOK_MS = 500;

export interface RunnerOptions {
  /** A PostgreSQL URL, or a file: the same that the workers are given. */
  readonly ledger: string;
  /** The accounts file. */
  readonly accounts: string;
  /** Where the workers ask for work, if it is not the usual queue. */
  readonly taskQueue?: string;
  /** False: Temporal is not told from here, but by the next worker that looks into the ledger. */
  readonly temporal?: boolean;
}

export interface Outcome {
  readonly state: FinalState;
  readonly reason: string | null;
}

export interface Sent {
  /** The message, by what it is called in Temporal. */
  readonly sendId: string;
  /** Waits for its end. `signal` ends the wait, and not the message. */
  outcome(signal?: AbortSignal): Promise<Outcome>;
}

export interface Status {
  readonly campaign: string;
  readonly name: string;
  readonly state: CampaignState;
  readonly why: string | null;
  readonly counts: Counts;
}

export interface Runner {
  /** Sends one message, at most once for its key. Resolves when it is written down: from then on it is not lost. */
  send(message: Message): Promise<Sent>;
  /** Only writes it down, for a workflow that begins `deliver` as its child. Returns the send id. */
  writeSend(message: Message): Promise<string>;
  /** Checks a campaign, reads its list and starts it; a file's path, or its content. The same name and content starts nothing twice. */
  startCampaign(
    file: string | Record<string, unknown>,
  ): Promise<{ readonly campaign: string; readonly name: string }>;
  status(name: string): Promise<Status>;
  pause(name: string, why?: string): Promise<void>;
  resume(name: string): Promise<void>;
  cancel(name: string): Promise<void>;
  /** What a worker of one's own registers. Its errors are codes, as those of our worker are. */
  activities(options?: ActivityOptions): CampaignActivities & SendActivities;
  /** Waits for what Temporal is being told, and for what is in flight. */
  close(): Promise<void>;
}

export interface ActivityOptions {
  /** True from the moment on when the worker is to end: then nothing more is claimed. */
  readonly stopping?: () => boolean;
  /** Told of every error with its words, here where they may be read. */
  readonly onError?: (activity: string, error: unknown) => void;
}

/** The id of a message's workflow. A child that has it is the one that everybody else tells of a pause or a cancellation. */
export const deliverWorkflowId = sendWorkflowIdOf;

/** Opens the ledger. @throws LedgerError when it cannot be opened. */
export async function connectRunner(options: RunnerOptions): Promise<Runner> {
  const ledger = await openLedger(options.ledger);
  const connections = openConnections(ledger, options.accounts);
  const { taskQueue = TASK_QUEUE } = options;
  let telling: Promise<unknown> = Promise.resolve();

  /** What is not told now is told by a worker: it waits in the ledger. */
  function tellSoon(): void {
    if (options.temporal === false) return;
    telling = telling.then(() => tellNow(ledger, taskQueue)).catch(() => undefined);
  }

  async function write(message: Message, by: 'workflow' | 'composed'): Promise<string> {
    const single = singleOf(message);
    const connection = await connections.of(single.account);
    const campaign = await writeSingle(ledger, connection, single, { keyGiven: true, by });
    await importIfNeeded(ledger, campaign);
    return sendIdOf(campaign, 0);
  }

  async function change(name: string, action: Action, why?: string): Promise<void> {
    const words = why === undefined ? {} : { why };
    await control(ledger, name, { action, ...words }, ledger.now());
    tellSoon();
  }

  return {
    async send(message) {
      const sendId = await write(message, 'workflow');
      tellSoon();
      return { sendId, outcome: (signal) => outcomeOf(ledger, sendId, signal) };
    },
    writeSend: (message) => write(message, 'composed'),
    async startCampaign(given) {
      const file: CampaignFile =
        typeof given === 'string'
          ? await readCampaignFile(given)
          : campaignOf(given, 'the campaign');
      const prepared = await prepareFile(file, options);
      let campaign = await findCampaign(ledger.db, file.name);
      if (campaign === undefined) {
        const examined = await examine(prepared, await connections.of(file.account), ledger);
        campaign = await writeCampaign(prepared, examined, ledger, {
          where: options.ledger,
          autostart: true,
          engine: file.engine ?? 'temporal',
        });
      } else await refuseOther(campaign, prepared);
      const { name, ref, state } = await needCampaign(ledger.db, file.name);
      if (state === 'importing') await readList(ledger, campaign, {});
      if (state === 'ready') await change(name, 'start');
      tellSoon();
      return { campaign: ref, name };
    },
    async status(name) {
      const { ref, state, why, id } = await needCampaign(ledger.db, name);
      return { campaign: ref, name, state, why, counts: (await tally(ledger.db, id)).counts };
    },
    pause: (name, why) => change(name, 'pause', why),
    resume: (name) => change(name, 'resume'),
    cancel: (name) => change(name, 'cancel'),
    activities({ stopping = () => false, onError } = {}) {
      return heard(createActivities({ ledger, open: connections.open, stopping }), onError);
    },
    async close() {
      await telling;
      await connections.close();
      await ledger.close();
    },
  };
}

async function tellNow(ledger: Ledger, taskQueue: string): Promise<void> {
  const temporal = await connectTemporal();
  try {
    const { client, namespace } = temporal;
    const attributes = await hasSearchAttributes(client, namespace);
    await tellAll({ ledger, client, taskQueue, attributes });
  } finally {
    await temporal.close();
  }
}

async function importIfNeeded(ledger: Ledger, campaign: Campaign): Promise<void> {
  if (campaign.state !== 'importing') return;
  try {
    await importSingle(ledger, campaign, ledger.now());
  } catch (error) {
    // A worker was faster.
    if ((await campaignOfRef(ledger.db, campaign.ref)).state === 'importing') throw error;
  }
}

async function outcomeOf(ledger: Ledger, send: string, signal?: AbortSignal): Promise<Outcome> {
  const { ref = '', seq = 0 } = readSendId(send) ?? {};
  const { id } = await campaignOfRef(ledger.db, ref);
  for (;;) {
    const row = await findSend(ledger.db, id, seq);
    if (row === undefined) throw new LedgerError(`there is no message ${send} in this ledger`);
    const state = FINAL_STATES.find((each) => each === row.state);
    if (state !== undefined) return { state, reason: row.reason };
    await wait(LOOK_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** Only codes leave the activities, as a history keeps them for everybody to read: what they were before is told here. */
function heard<A extends object>(activities: A, onError?: ActivityOptions['onError']): A {
  const told = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (activity as (...all: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        onError?.(name, originalOf(error));
        throw error;
      }
    },
  ]);
  return Object.fromEntries(told) as A;
}
