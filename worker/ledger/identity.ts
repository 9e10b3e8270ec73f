import { randomBytes } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import { record } from './audit';
import { forShare, forUpdate, oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { emitCampaign } from './events';
import { type Fingerprint, samePlace } from './fingerprint';
import type { Queries } from './ledger';
import type { Mark, Reading } from './mark';
import type { IdentityTable, Schema } from './schema';

export type LedgerState = IdentityTable['state'];
export type Identity = Readonly<Selectable<IdentityTable>>;

const RESTORED =
  'this ledger was restored from a copy: what was sent after the copy was made is not in it';

/** What the ledger's identity and the place that it lies on say of each other. */
type Verdict =
  | 'same'
  /** Nothing is known of it yet: it is new, or from a version that kept no identity. */
  | 'new'
  /** It was found to be a copy, and its mark is still to be renewed. */
  | 'answered'
  | 'copy';

interface Kept extends Fingerprint {
  /** The nonce of the mark that was answered by a pause; gone when the mark is renewed. */
  readonly answered?: string;
}
const NO_MARK = 'none';

/**
 * Looks whether this is the ledger that was last written here, or an older copy that was put in its place. A copy comes up
 * paused: in one transaction, by whoever opens it first.
 *
 * @returns what a person is to be told when this very call noticed it; else null.
 */
export async function recognise(
  { db, mark }: { readonly db: Kysely<Schema>; readonly mark: Mark | null },
  fingerprint: Fingerprint,
  now: number,
): Promise<string | null> {
  const look = async (queries: Queries, lock: boolean) => {
    const identity = await identityOf(queries, lock);
    const highest = await highestAttempt(queries);
    const reading = mark === null ? undefined : mark.read();
    return { identity, highest, reading };
  };
  const seen = await look(db, false);
  if (verdictOf(seen, fingerprint) === 'same') {
    await complete(db, seen.identity, fingerprint);
    return null;
  }
  const { verdict, note, highest } = await db.transaction().execute(async (trx) => {
    await oneAtATime(trx, 'identity');
    // Another process may have been faster.
    const current = await look(trx, true);
    const verdict = verdictOf(current, fingerprint);
    const found = { verdict, highest: current.highest ?? 0 };
    if (verdict === 'new') await write(trx, fingerprint);
    if (verdict !== 'copy') return { ...found, note: null };
    await write(trx, { ...fingerprint, answered: current.reading?.nonce ?? NO_MARK });
    return { ...found, note: await pauseAll(trx, now) };
  });
  if (verdict === 'same') return null;
  // After the commit: if this process dies in between, the next one finds it answered.
  mark?.renew(highest);
  await write(db, fingerprint);
  return note;
}

function verdictOf(
  {
    identity,
    highest,
    reading,
  }: {
    readonly identity: Identity | undefined;
    readonly highest: number | null;
    /** Undefined: this ledger has no mark (a database). Null: it is missing. */
    readonly reading: Reading | null | undefined;
  },
  fingerprint: Fingerprint,
): Verdict {
  if (identity === undefined) return 'new';
  const kept = keptBy(identity);
  if (!samePlace(kept, fingerprint)) return 'copy';
  if (reading === undefined) return 'same';
  if (kept.answered !== undefined && kept.answered === (reading?.nonce ?? NO_MARK))
    return 'answered';
  if (reading === null) return highest === null ? 'new' : 'copy';
  return reading.highest > (highest ?? 0) ? 'copy' : 'same';
}

function keptBy({ fingerprint }: Identity): Kept {
  return JSON.parse(fingerprint ?? '{}') as Kept;
}

/** A part that could not be had before is kept from now on. */
async function complete(
  db: Queries,
  identity: Identity | undefined,
  fingerprint: Fingerprint,
): Promise<void> {
  const kept = identity === undefined ? {} : keptBy(identity);
  const more = { ...kept, ...fingerprint };
  if (Object.keys(more).length > Object.keys(kept).length) await write(db, more);
}

async function write(db: Queries, fingerprint: Kept): Promise<void> {
  const text = JSON.stringify(fingerprint);
  await sql`
    insert into identity (id, state, fingerprint) values (1, 'open', ${text})
    on conflict (id) do update set fingerprint = excluded.fingerprint
  `.execute(db);
}

/** Nothing of it is sent until a person says so, and then each row is looked up first. Returns what to tell. */
async function pauseAll(trx: Queries, now: number): Promise<string> {
  await renewFeed(trx);
  const active = await trx
    .selectFrom('campaigns')
    .select(['id', 'kind', 'account'])
    .where('state', 'in', ['ready', 'running'])
    .orderBy('id')
    .execute();
  for (const campaign of active) await emitCampaign(trx, campaign, 'paused', now, 'self');
  const paused = await sql<{ name: string; kind: string }>`
    update campaigns set state = 'paused', paused_by = 'self',
      why = cast(${RESTORED} as text) || case when state = 'paused' and paused_by = 'operator' and why is not null
        then '; before that a person had paused it: ' || why else '' end
    where state in ('ready', 'running', 'paused') returning name, kind
  `.execute(trx);
  // Also those that are finished: failed rows of theirs may get another chance, and may have got it already.
  await sql`update campaigns set restored_at = ${now} where state <> 'cancelled'`.execute(trx);
  await sql`update identity set restored_at = ${now} where id = 1`.execute(trx);
  await pauseSchedules(trx);
  const names = paused.rows.filter(({ kind }) => kind === 'list').map(({ name }) => name);
  await record(trx, {
    at: now,
    action: 'restored',
    detail: `${paused.rows.length} campaigns paused`,
  });
  const begun = RESTORED.charAt(0).toUpperCase() + RESTORED.slice(1);
  return names.length === 0
    ? `${begun}. No campaign of it was under way.`
    : `${begun}. Paused: ${names.join(', ')}. After campaign resume NAME each row is looked up on the platform before it is sent.`;
}

/** What was told since the copy was made is not in it: its next positions are other events', and no cursor from before holds. */
async function renewFeed(trx: Queries): Promise<void> {
  await trx
    .updateTable('feed')
    .set({ epoch: randomBytes(8).toString('hex') })
    .execute();
}

/** What they have opened since the copy was made is not in it, and must not be opened again by the clock. */
async function pauseSchedules(trx: Queries): Promise<void> {
  await sql`
    update schedules set state = 'paused', next_at = null, why = cast(${RESTORED} as text), revision = revision + 1
    where state <> 'deleted'
  `.execute(trx);
  await sql`
    update occurrences set state = 'skipped', why = 'restored' where state in ('asked', 'trying')
  `.execute(trx);
}

export async function identityOf(db: Queries, lock = false): Promise<Identity | undefined> {
  const { rows } = await sql<Identity>`
    select * from identity where id = 1 ${lock ? forUpdate(db) : sql``}
  `.execute(db);
  return rows[0];
}

export async function highestAttempt(db: Queries): Promise<number | null> {
  const { rows } = await sql<{ id: number | null }>`select max(id) as id from attempts`.execute(db);
  return rows[0]?.id ?? null;
}

/**
 * Nothing may be begun or changed in a ledger that is being moved, or was; held so until the commit.
 *
 * @throws LedgerError that says where it went.
 */
export async function needOpen(trx: Queries): Promise<void> {
  const { rows } = await sql<Pick<Identity, 'state' | 'detail'>>`
    select state, detail from identity where id = 1 ${forShare(trx)}
  `.execute(trx);
  const [identity] = rows;
  if (identity !== undefined) refuseUnlessOpen(identity, ['open']);
}

/** @throws LedgerError unless the ledger is in one of these states. */
export function refuseUnlessOpen(
  { state, detail }: Pick<Identity, 'state' | 'detail'>,
  allowed: readonly LedgerState[],
): void {
  if (allowed.includes(state)) return;
  throw new LedgerError(wordsOf(state, detail ?? 'another place'), undefined, { code: 'shut' });
}

function wordsOf(state: LedgerState, where: string): string {
  switch (state) {
    case 'open':
      return 'this ledger is in use: it is not one that a move has begun to fill';
    case 'moving':
      return `this ledger is being moved to ${where}: nothing can be done in it. If that move has died, give the same campaign move again, or take it back with campaign move --undo`;
    case 'moved':
      return `this ledger was moved to ${where}: nothing can be done in it any more. Name the new one with --ledger`;
    case 'filling':
      return 'this ledger is being filled by a move that is not complete. If that move has died, give the same campaign move again';
  }
}
