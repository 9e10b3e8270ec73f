import type { Opening } from '../campaign/occurrence';
import type { Connection } from '../engine/connect';
import { openingWith } from '../engine/opening-with';
import type { Ledger } from '../ledger';
import type { Globals } from './globals';
import { spoolFolder } from './which-ledger';

/** How this process opens the occurrences of schedules. */
export function openingHere(
  ledger: Ledger,
  { ledger: where, allowLists }: Globals,
  connectionOf: (account: string) => Promise<Connection>,
): Opening {
  return openingWith(ledger, { spoolFolder: spoolFolder(where), allowLists }, connectionOf);
}
