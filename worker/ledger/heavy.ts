import type { Kysely } from 'kysely';
import { claim as claimWith } from './claim';
import { commitGroup as commitWith, type Group } from './commit';
import type { Passed } from './gate';
import { importRecipients as importWith } from './import';
import type { Ledger } from './ledger';
import type { Schema } from './schema';
import { untilTaken } from './until-taken';

/** The calls that a whole campaign consists of. They run beside the connection, in its thread, as one message each. */
export const HEAVY = { claim: claimWith, commitGroup: commitWith, importRecipients: importWith };

export type HeavyName = keyof typeof HEAVY;
type Args<F> = F extends (db: Kysely<Schema>, ...args: infer A) => unknown ? A : never;

const call =
  <N extends HeavyName>(name: N) =>
  (ledger: Ledger, ...args: Args<(typeof HEAVY)[N]>): ReturnType<(typeof HEAVY)[N]> => {
    const here = HEAVY[name] as (db: Kysely<Schema>, ...rest: unknown[]) => Promise<unknown>;
    const answer =
      ledger.inThread === null
        ? untilTaken(() => here(ledger.db, ...args))
        : ledger.inThread(name, args);
    return answer as ReturnType<(typeof HEAVY)[N]>;
  };

/** See `claim.ts`. */
export const claim = call('claim');
const commitAlone = call('commitGroup');

/** See `commit.ts`. What the gate lets through is marked beside the ledger before anybody is told to send it. */
export async function commitGroup(ledger: Ledger, group: Group): Promise<Passed> {
  const passed = await commitAlone(ledger, group);
  if (ledger.mark !== null && group.gates.length > 0) {
    const through = new Set(passed.answers.flatMap(({ seq, go }) => (go ? [seq] : [])));
    const highest = group.gates.reduce(
      (most, { seq, attemptId }) => (through.has(seq) && attemptId > most ? attemptId : most),
      0,
    );
    if (highest > 0) ledger.mark.grow(group.lease.id, highest);
  }
  return passed;
}
/** See `import.ts`. */
export const importRecipients = call('importRecipients');
