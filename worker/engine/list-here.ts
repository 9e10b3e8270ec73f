import { rmSync } from 'node:fs';
import { isWebAddress } from '../campaign/campaign-file';
import { fetchForNow } from './opening';

/** What the addresses of lists have to begin with; none may be fetched without. */
export interface ListsPlace {
  readonly allowLists?: readonly string[];
}

/** A list as a file of this machine: itself, or a copy that goes when this process ends. @throws InputError when it cannot be had. */
export async function listHere(file: string, { allowLists = [] }: ListsPlace): Promise<string> {
  if (!isWebAddress(file)) return file;
  const { path, folder } = await fetchForNow(file, allowLists);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return path;
}
