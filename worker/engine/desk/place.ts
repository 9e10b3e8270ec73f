import type { Engine, Ledger } from '../../ledger';
import type { Connection } from '../connect';

/** What a desk stands on. */
export interface DeskPlace {
  readonly ledger: Ledger;
  /** The accounts file. */
  readonly accounts: string;
  /** The one connection of this process to an account. */
  readonly connectionOf: (account: string) => Promise<Connection>;
  /** What drives everything that comes in, where the command line says it. */
  readonly chosenEngine: Engine | undefined;
  /** Where lists are kept until they are read. An absolute path. */
  readonly spoolFolder: string;
  /** What the addresses of lists have to begin with. */
  readonly allowLists: readonly string[];
}
