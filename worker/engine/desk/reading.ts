import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { importList } from '../../campaign/import-list';
import { isInputError } from '../../campaign/input-error';
import { sweepSpool } from '../../campaign/spool';
import {
  type Campaign,
  driverOf,
  dropReadLists,
  isAlive,
  isAway,
  isLocked,
  LEASE_MS,
  type Ledger,
  LedgerError,
  needCampaign,
  refuseList,
  uploadsToRead,
} from '../../ledger';
import { unreadLists } from '../../ledger/forget';
import { startIfAsked } from '../ask-plan';
import { AlreadyDriven, holderHere, takeSeat } from '../seat';
import type { DeskPlace } from './place';
import { aboutList, isHere } from './take-list';

/** How often the ledger is asked which lists are to be read. */
const LOOK_MS = 500;
/** After something that this process cannot do. */
const AGAIN_MS = 30_000;
/** Lists that are read at once: each is work for a whole core. */
const MOST = 2;
/** How often copies that nobody needs are removed. */
const SWEEP_MS = 10 * 60_000;

/** What became of a list: names and words, nothing of anybody. */
export type ReadingEvent =
  | { readonly kind: 'reads' | 'read' | 'list-refused'; readonly campaign: string }
  | { readonly kind: 'unreadable'; readonly campaign: string; readonly why: string };

export interface ReadingOptions extends DeskPlace {
  readonly stopping: () => boolean;
  readonly onEvent: (event: ReadingEvent) => void;
  /** For tests: how long a silent process keeps its leases. */
  readonly leaseMs?: number | undefined;
}

/**
 * Reads the lists that were uploaded into the ledger until `stopping` says so: those of this process, and those of one that
 * died before it had read them to the end. Each is read by one process at a time.
 */
export async function keepReading(options: ReadingOptions): Promise<void> {
  const { ledger, stopping, spoolFolder } = options;
  const mine = new Map<number, Promise<void>>();
  const notBefore = new Map<number, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  function begin(campaign: Campaign): void {
    const { id } = campaign;
    const later = (): void => void notBefore.set(id, performance.now() + AGAIN_MS);
    const done = readOne(options, campaign)
      .then((again) => (again ? later() : void notBefore.delete(id)))
      .catch(later)
      .finally(() => mine.delete(id));
    mine.set(id, done);
  }

  async function look(): Promise<void> {
    for (const campaign of await uploadsToRead(ledger.db)) {
      if (mine.size >= MOST) return;
      if (mine.has(campaign.id)) continue;
      if ((notBefore.get(campaign.id) ?? 0) > performance.now()) continue;
      // Somebody reads it, or did until a moment ago.
      const reader = await driverOf(ledger.db, campaign.id);
      if (reader !== undefined && isAlive(reader, ledger.now())) continue;
      if (await isHere(ledger, campaign)) begin(campaign);
    }
    if (performance.now() - sweptAt < SWEEP_MS) return;
    sweptAt = performance.now();
    await sweepSpool(spoolFolder, await unreadLists(ledger.db), Date.now());
  }

  while (!stopping()) {
    // Whatever keeps a look from its end is the matter of the next one: uploads are taken all the while.
    await look().catch(() => undefined);
    await wait(LOOK_MS);
  }
  await Promise.allSettled(mine.values());
}

/** Returns whether it is to be tried again only after a while. */
async function readOne(options: ReadingOptions, campaign: Campaign): Promise<boolean> {
  const { ledger, stopping, onEvent, leaseMs = LEASE_MS } = options;
  const { name } = campaign;
  const driver = { ledger, campaign, holder: holderHere(), clock: ledger.now, policy: { leaseMs } };
  try {
    const seat = await takeSeat(driver, stopping);
    try {
      onEvent({ kind: 'reads', campaign: name });
      if (await importList(ledger, campaign, { clock: ledger.now, stopping })) {
        onEvent({ kind: 'read', campaign: name });
        await startIfAsked(ledger, name, ledger.now());
      }
      return false;
    } finally {
      await seat.leave();
    }
  } catch (error) {
    // Another process reads it, or the ledger is away: the next look says what is so now.
    if (error instanceof AlreadyDriven || isAway(error) || isLocked(error)) return false;
    if (error instanceof LedgerError && error.code === 'busy') return false;
    return await explain(options, campaign, error);
  }
}

async function explain(
  { ledger, onEvent }: ReadingOptions,
  campaign: Campaign,
  error: unknown,
): Promise<boolean> {
  const { name, list_path: path } = campaign;
  const said = path === null ? error : aboutList(error, path);
  if (isInputError(said)) {
    await refuseList(ledger, campaign, said.message, ledger.now());
    await forget(ledger, campaign);
    onEvent({ kind: 'list-refused', campaign: name });
    return false;
  }
  // Cancelled meanwhile: nothing of it is read any more.
  if (error instanceof LedgerError && (await needCampaign(ledger.db, name)).state !== 'importing') {
    await forget(ledger, campaign);
    return false;
  }
  const why = error instanceof Error ? error.name : 'unknown error';
  onEvent({ kind: 'unreadable', campaign: name, why });
  return true;
}

/** A list that is not read any more: it holds addresses. */
async function forget(
  ledger: Ledger,
  { list_path: path, list_hash: hash }: Campaign,
): Promise<void> {
  if (path !== null) await rm(path, { force: true }).catch(() => undefined);
  if (hash !== null) await dropReadLists(ledger, ledger.now(), hash);
}
