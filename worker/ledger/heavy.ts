import type { Kysely } from 'kysely';
import { claim as claimWith } from './claim';
import { commitGroup as commitWith } from './commit';
import { importRecipients as importWith } from './import';
import type { Ledger } from './ledger';
import type { Schema } from './schema';

/** The calls that a whole campaign consists of. They run beside the connection, in its thread, as one message each. */
export const HEAVY = { claim: claimWith, commitGroup: commitWith, importRecipients: importWith };

export type HeavyName = keyof typeof HEAVY;
type Args<F> = F extends (db: Kysely<Schema>, ...args: infer A) => unknown ? A : never;

const call =
  <N extends HeavyName>(name: N) =>
  (ledger: Ledger, ...args: Args<(typeof HEAVY)[N]>): ReturnType<(typeof HEAVY)[N]> => {
    const here = HEAVY[name] as (db: Kysely<Schema>, ...rest: unknown[]) => unknown;
    const answer =
      ledger.inThread === null ? here(ledger.db, ...args) : ledger.inThread(name, args);
    return answer as ReturnType<(typeof HEAVY)[N]>;
  };

/** See `claim.ts`. */
export const claim = call('claim');
/** See `commit.ts`. */
export const commitGroup = call('commitGroup');
/** See `import.ts`. */
export const importRecipients = call('importRecipients');
