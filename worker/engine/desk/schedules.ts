import { rm } from 'node:fs/promises';
import { type CampaignFile, isWebAddress } from '../../campaign/campaign-file';
import {
  type CampaignRequest,
  campaignRequestOf,
  isFetched,
} from '../../campaign/campaign-request';
import { needExcluded } from '../../campaign/exclude';
import { InputError, isInputError } from '../../campaign/input-error';
import {
  type ScheduleOptions,
  scheduleNameOf,
  scheduleSpecOf,
} from '../../campaign/schedule-options';
import { nextRun } from '../../campaign/schedule-spec';
import type { Spooled } from '../../campaign/spool';
import { type IncomingList, spoolStream } from '../../campaign/spool-stream';
import {
  createSchedule,
  type Engine,
  findSchedule,
  keepList,
  LedgerError,
  MOST_LIST_BYTES,
  needSchedule,
  type Once,
  type Schedule,
} from '../../ledger';
import { openingWith } from '../opening-with';
import { isSameContent, removeNow, resumeNow, triggeredBy, triggerNow } from '../schedule-control';
import type { DeskPlace } from './place';

/** A schedule as it is asked for over HTTP. */
export interface ScheduleRequest extends Omit<ScheduleOptions, 'taskQueue'> {
  /** The campaign's where nothing else is said. */
  readonly name?: string | undefined;
  readonly engine?: Engine | undefined;
  /** As for a campaign of its own; its audience an https address, unless `list` says which one it is. */
  readonly campaign: unknown;
  /** SHA-256 of a list that the ledger keeps. */
  readonly list?: string | undefined;
}

/** What a process that serves does with schedules. */
export interface ScheduleDesk {
  /** Keeps a list in the ledger for a schedule that is created within the hour. @throws LedgerError when it is too large. */
  takeList(list: IncomingList): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /** Checks it, as campaign check does, and writes it down. @throws InputError, LedgerError */
  create(request: ScheduleRequest): Promise<Schedule>;
  resume(name: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  /**
   * Opens a campaign now, as soon as a worker can; its name. By one request with a key once, whatever became of its answer.
   *
   * @throws LedgerError when it would be the same as last time, and that is not meant.
   */
  trigger(name: string, again: boolean, once: Once | null): Promise<string>;
}

/** So long somebody may take to make a schedule of a list that they have handed over. */
const HELD_MS = 60 * 60_000;

export function createScheduleDesk(place: DeskPlace): ScheduleDesk {
  const { ledger, spoolFolder, allowLists } = place;
  const places = { spoolFolder, allowLists };
  const opening = openingWith(ledger, places, place.connectionOf);

  async function checked(file: CampaignFile, list: string | undefined): Promise<void> {
    const copy =
      list === undefined
        ? await opening.takeList(file.audience.file)
        : await opening.takeUpload(list);
    try {
      const { ready } = await opening.check(file, copy);
      if (ready === 0) throw new InputError('Nobody on the list can be written to.');
    } finally {
      await forget(copy);
    }
  }

  return {
    async takeList(incoming) {
      const spooled = await spoolStream({ ...incoming, body: bounded(incoming.body) }, spoolFolder);
      try {
        const now = ledger.now();
        await keepList(ledger, spooled, now, now + HELD_MS);
      } finally {
        await forget(spooled);
      }
      return { sha256: spooled.hash, bytes: spooled.bytes };
    },
    async create({ campaign, list, engine: asked, ...options }) {
      const { file } = withList(requestOf(campaign), list);
      const name = scheduleNameOf(options.name ?? file.name);
      const spec = scheduleSpecOf(options, (option) => option, ledger.now());
      const engine = asked ?? place.chosenEngine ?? file.engine ?? 'embedded';
      if (file.orchestrate === 'message' && engine !== 'temporal') {
        throw new InputError('campaign.orchestrate: message needs engine: temporal.');
      }
      if ((await findSchedule(ledger.db, name)) !== undefined) throw taken(name);
      refusePaths(file.message.attachments ?? []);
      await needExcluded(ledger, file);
      await checked(file, list);
      // The workers go by the ledger's clock; the check may have taken a while.
      const now = ledger.now();
      const made = {
        ...{ name, engine, file: JSON.stringify(file), spec: JSON.stringify(spec) },
        nextAt: engine === 'embedded' ? nextRun(spec, now) : null,
        ...(list === undefined ? {} : { uploadHash: list }),
      };
      return createSchedule(ledger, made, now);
    },
    resume: (name) => resumeNow(ledger, name),
    remove: (name) => removeNow(ledger, name),
    async trigger(name, again, once) {
      const schedule = await needSchedule(ledger.db, name);
      const before = once === null ? null : await triggeredBy(ledger, schedule, once);
      if (before !== null) return before;
      const same = await isSameContent(ledger, schedule, places);
      if (same && !again) {
        throw new LedgerError(
          'the list and the message are the same as last time, so everybody would get the same once more. If that is meant, say so with again: true',
        );
      }
      const campaign = await triggerNow(ledger, schedule, { sameOk: again, once });
      if (campaign !== null) return campaign;
      throw new LedgerError('it was triggered in this very second: nothing more is done');
    },
  };
}

/** @throws InputError whose sentences name the places as they are within a schedule. */
function requestOf(campaign: unknown): CampaignRequest {
  try {
    return campaignRequestOf(campaign);
  } catch (error) {
    if (!isInputError(error)) throw error;
    const within = (sentence: string) =>
      sentence.replace(/^[a-z]/, (letter) => `campaign.${letter}`);
    throw new InputError(error.problems.map(within), error);
  }
}

/** @throws InputError for an audience that a schedule cannot have. */
function withList(request: CampaignRequest, list: string | undefined): CampaignRequest {
  const { file, intake } = request;
  if (request.start) throw new InputError('campaign.start: its campaigns start by themselves.');
  if (intake === 'chunks') {
    throw new InputError('campaign.audience: a schedule takes a list, and no chunks.');
  }
  if (isFetched(file) === (list !== undefined)) {
    throw new InputError(
      'A schedule needs either list, the sha256 of one that was uploaded, or an https address in campaign.audience.file.',
    );
  }
  return request;
}

/** @throws InputError for a path: it would be one of this machine, which is nobody's to read over HTTP. */
function refusePaths(sources: readonly string[]): void {
  if (sources.every(isWebAddress)) return;
  throw new InputError(
    'campaign.message.attachments names a path, which would be one of the server: over HTTP only https addresses can be named.',
  );
}

/** @throws InputError before the disk is filled with what the ledger does not take. */
async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > MOST_LIST_BYTES) {
      throw new InputError(
        `A list for schedules has ${MOST_LIST_BYTES / 1_048_576} MB at the most, as the ledger keeps it.`,
      );
    }
    yield piece;
  }
}

/** It holds addresses, and the worker that opens the campaign takes the list itself. */
const forget = ({ path }: Spooled): Promise<void> => rm(path, { force: true });

const taken = (name: string): LedgerError =>
  new LedgerError(`a schedule named "${name}" exists already`);
