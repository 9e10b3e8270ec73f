import type { Kysely } from 'kysely';
import type { Campaign } from './campaigns';
import { count, type Move } from './counters';
import { type AtGate, type Passed, passGate, standingOf } from './gate';
import { type Landing, land } from './land';
import type { Lease } from './leases';
import type { Mutant } from './mutant';
import type { Schema } from './schema';

export interface Group {
  readonly campaign: Campaign;
  readonly inboxId: string;
  readonly lease: Lease;
  readonly now: number;
  readonly landings: readonly Landing[];
  readonly gates: readonly AtGate[];
  /** Limits that a message is charged to. */
  readonly scopes: readonly string[];
  /** Each token is given in its own moment, none before: whoever has passed begins at once. */
  readonly noneAhead?: boolean | undefined;
  readonly mutant?: Mutant | undefined;
}

/**
 * One commit for a whole group: results land, then rows pass the gate. When this resolves, both are on the disk; when it
 * rejects, nobody may send.
 */
export async function commitGroup(db: Kysely<Schema>, group: Group): Promise<Passed> {
  return db.transaction().execute(async (trx) => {
    const moves: Move[] = [];
    // The campaign before its rows, as everywhere: two transactions that wait for each other would both be lost time.
    const standing = await standingOf(trx, group.campaign.id);
    if (group.landings.length > 0) moves.push(...(await land(trx, group)));
    const passed =
      group.gates.length === 0
        ? { answers: [], nextAt: group.now }
        : await passGate(trx, group, standing, moves);
    await count(trx, group.campaign.id, moves);
    return passed;
  });
}
