import type { Kysely } from 'kysely';
import type { Campaign } from './campaigns';
import { count, type Move } from './counters';
import { type AtGate, type GateAnswer, passGate } from './gate';
import { type Landing, land } from './land';
import type { Lease } from './leases';
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
}

/**
 * One commit for a whole group: results land, then rows pass the gate. When this resolves, both are on the disk; when it
 * rejects, nobody may send.
 */
export async function commitGroup(db: Kysely<Schema>, group: Group): Promise<GateAnswer[]> {
  return db.transaction().execute(async (trx) => {
    const moves: Move[] = [];
    if (group.landings.length > 0) moves.push(...(await land(trx, group)));
    const answers = group.gates.length > 0 ? await passGate(trx, group, moves) : [];
    await count(trx, group.campaign.id, moves);
    return answers;
  });
}
