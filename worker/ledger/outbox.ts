import { type Selectable, sql } from 'kysely';
import type { Campaign } from './campaigns';
import { skipLocked } from './dialect';
import type { Ledger, Queries } from './ledger';
import type { OutboxTable } from './schema';

/** How long something is left to whoever took it, before another process may try. */
const TAKEN_MS = 10_000;

/** What the engine is to be told, with the campaign as it is when it is told. */
export type Outgoing = Readonly<
  Pick<Selectable<OutboxTable>, 'id' | 'seq' | 'tries'> &
    Pick<Campaign, 'ref' | 'name' | 'kind' | 'state' | 'engine' | 'autostart'> & {
      readonly campaignId: number;
      /** The workflow that is to hear of it, and is begun where it is not there; null: by the name that follows from `ref`. */
      readonly workflowId: string | null;
      /** Set: only this workflow is told, and none is begun. */
      readonly former: string | null;
    }
>;

/**
 * Writes down that a campaign's driver is to look at it, in the transaction that gives it a reason to. Nothing where this
 * process or another one drives it by itself: they look anyway.
 */
export async function nudge(
  trx: Queries,
  { id, engine, kind }: Pick<Campaign, 'id' | 'engine' | 'kind'>,
  now: number,
): Promise<void> {
  if (engine === 'embedded') return;
  // A single message has a workflow of its own.
  if (kind === 'single') return nudgeSend(trx, id, 0, now);
  // Always a new one: whoever takes the one that waits may have told it before this commit is seen.
  await trx.insertInto('outbox').values({ campaign_id: id, at: now, not_before: now }).execute();
}

/** Writes down that a workflow is to notice that the campaign is no longer its own. */
export async function nudgeFormer(
  trx: Queries,
  campaignId: number,
  workflowId: string,
  now: number,
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({ campaign_id: campaignId, workflow_id: workflowId, at: now, not_before: now })
    .execute();
}

/** Writes down that the workflow of one message is to begin, or to look at it again. */
export async function nudgeSend(
  trx: Queries,
  campaignId: number,
  seq: number,
  now: number,
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({ campaign_id: campaignId, seq, at: now, not_before: now })
    .execute();
}

/** Takes up to `limit` things that the engine is to be told, oldest first; each goes to one caller at a time. */
export async function takeOutbox(ledger: Ledger, limit: number, now: number): Promise<Outgoing[]> {
  return ledger.db.transaction().execute(async (trx) => {
    const { rows } = await sql<Outgoing>`
      select o.id, o.seq, o.tries, o.campaign_id as "campaignId", c.ref, c.name, c.kind, c.state, c.engine, c.autostart,
        c.workflow_id as "workflowId", o.workflow_id as former
      from outbox o join campaigns c on c.id = o.campaign_id
      where o.not_before <= ${now} order by o.id limit ${limit} ${skipLocked(trx, 'o')}
    `.execute(trx);
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) {
      await trx
        .updateTable('outbox')
        .set((eb) => ({ not_before: now + TAKEN_MS, tries: eb('tries', '+', 1) }))
        .where('id', 'in', ids)
        .execute();
    }
    return rows;
  });
}

/** The engine has accepted it. */
export async function delivered(ledger: Ledger, id: number): Promise<void> {
  await ledger.db.deleteFrom('outbox').where('id', '=', id).execute();
}

/** How much waits to be told, of one campaign or of all. */
export async function waitingOutbox(db: Queries, campaignId?: number): Promise<number> {
  const { n } = await db
    .selectFrom('outbox')
    .$if(campaignId !== undefined, (query) => query.where('campaign_id', '=', campaignId ?? 0))
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return Number(n);
}
