import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { isWebAddress } from '../campaign/campaign-file';
import { InputError } from '../campaign/input-error';
import type { Opening } from '../campaign/occurrence';
import { type Spooled, spool } from '../campaign/spool';
import { fetchList, ListFetchError } from '../http/fetch-list';
import { type Ledger, MOST_LIST_BYTES, writeKeptList } from '../ledger';

export interface ListPlaces {
  /** Where this process copies lists to. */
  readonly spoolFolder: string;
  /** What the addresses of lists have to begin with. */
  readonly allowLists: readonly string[];
}

/** How this process takes the lists of schedules. */
export function takingLists(
  ledger: Ledger,
  { spoolFolder, allowLists }: ListPlaces,
): Pick<Opening, 'takeList' | 'takeUpload'> {
  return {
    takeList: (source) =>
      isWebAddress(source)
        ? inPassing(spoolFolder, extname(pathOf(source)), (path) =>
            fetchHere(source, path, allowLists),
          )
        : spool(source, spoolFolder, true),
    takeUpload: (hash) =>
      inPassing(spoolFolder, '', async (path) => {
        if (await writeKeptList(ledger, hash, path)) return;
        throw new InputError(
          'The list that was uploaded with the schedule is gone from the ledger. Delete the schedule, and create it anew with --upload.',
        );
      }),
  };
}

/** Fetches a list into a folder of its own, which the caller removes. @throws InputError when it cannot be had. */
export async function fetchForNow(
  source: string,
  allowLists: readonly string[],
): Promise<{ readonly path: string; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'campaign-fetch-'));
  try {
    const path = join(folder, `list${extname(pathOf(source)).slice(0, 10)}`);
    await fetchHere(source, path, allowLists);
    return { path, folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A list that is not on this disk goes into the spool by way of a file of its own. */
async function inPassing(
  folder: string,
  extension: string,
  write: (path: string) => Promise<void>,
): Promise<Spooled> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}${extension.slice(0, 10)}`);
  try {
    await write(path);
    return await spool(path, folder, true);
  } finally {
    await rm(path, { force: true });
  }
}

async function fetchHere(source: string, path: string, allowed: readonly string[]): Promise<void> {
  try {
    await fetchList(source, path, { allowed, mostBytes: MOST_LIST_BYTES });
  } catch (error) {
    if (!(error instanceof ListFetchError)) throw error;
    // Without its cause: that may hold the address, and the address a key.
    throw new InputError(`The list cannot be fetched: ${error.message}.`);
  }
}

const pathOf = (source: string): string => (URL.canParse(source) ? new URL(source).pathname : '');
