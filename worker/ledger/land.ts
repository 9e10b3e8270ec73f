import { sql, type Transaction } from 'kysely';
import type { FinalState, RecipientState } from '../../core/words';
import type { Campaign } from './campaigns';
import type { Group } from './commit';
import type { Move } from './counters';
import { forUpdate } from './dialect';
import { emit, type NewEvent } from './events';
import { rowsOf } from './rows';
import type { AttemptResult, RecipientsTable, Schema } from './schema';

type Trx = Transaction<Schema>;

/** What became of a row; lands by attempt id where there is an attempt, else by the lease it is claimed under. */
export interface Landing {
  readonly seq: number;
  readonly attemptId: number | null;
  /** Absent: the attempt is recorded, the row stays as it is (an ambiguous attempt stays `sending`). */
  readonly to?: FinalState | 'pending';
  readonly result?: AttemptResult;
  readonly reason?: string | null;
  /** The platform's words or ours, for a person. */
  readonly detail?: string | null;
  readonly code?: string | null;
  readonly status?: number | null;
  readonly notBefore?: number;
  /** Counts as a try that sent nothing; the backoff grows with it. */
  readonly tried?: boolean;
  /** The attempt ended with its process, and sent nothing: no more than a refused one does it count towards the row's cap. */
  readonly died?: boolean;
  /** When to look the attempt up. */
  readonly lookAt?: number | null;
  readonly messageId?: string | null;
  readonly contactId?: string | null;
  readonly conversationId?: string | null;
  /** What the row and the contact book remember of its contact and conversation is no longer true. */
  readonly forget?: boolean;
  /** For the contact book: the address, and when the platform last confirmed its conversation. */
  readonly book?: {
    readonly address: string;
    readonly watermark: string | null;
    readonly verifiedAt: number;
  };
}

/** The detail of a row that is `sent` because the platform told of its message, before or instead of an answer. */
export const TOLD = 'told by the platform';

/** Writes results down, by two rules: proof always counts, anything else only for the current attempt. */
export async function land(trx: Trx, landed: Group): Promise<Move[]> {
  // By row, everywhere: two groups with results for the same rows in another order would wait for each other.
  const group = { ...landed, landings: landed.landings.toSorted((a, b) => a.seq - b.seq) };
  const moves = await moveRows(trx, group);
  await writeResults(trx, group);
  if (group.landings.some(({ to }) => to !== undefined)) {
    await rememberContacts(trx, group.campaign.account, group.inboxId, group.landings);
  }
  return moves;
}

const isProof = ({ result }: Landing): boolean => result === 'accepted';

async function writeResults(trx: Trx, { now, landings }: Group): Promise<void> {
  const known = landings.filter(
    ({ attemptId, result }) => attemptId !== null && result !== undefined,
  );
  // One for each attempt, and a proof before anything else; of two proofs the row keeps the first, and this the last.
  const inOrder = known.toSorted((a, b) => Number(isProof(a)) - Number(isProof(b)));
  const results = [...new Map(inOrder.map((it) => [it.attemptId, it])).values()];
  if (results.length === 0) return;
  // Proof is final; anything else only fills a blank or refines a doubt.
  await sql`
    update attempts as a set result = v.result, code = v.code, status = v.status, detail = v.detail,
      message_id = v."messageId", ended_at = ${now}, look_at = v."lookAt"
    from ${rowsOf(
      trx,
      {
        attemptId: 'integer',
        result: 'text',
        code: 'text',
        status: 'integer',
        detail: 'text',
        messageId: 'text',
        lookAt: 'integer',
      },
      results as Required<Landing>[],
    )} as v
    where a.id = v."attemptId" and (v.result = 'accepted' or a.result is null or a.result = 'ambiguous'
      or (a.result <> 'accepted' and v.result <> 'ambiguous'))
  `.execute(trx);
}

/**
 * As an expression: PostgreSQL would otherwise walk through everything in work, as it believes that to be one row, and look for each of
 * them in the group. By its key each row of the group is found at once.
 */
const STATE = sql`coalesce(recipients.state, '')`;

async function moveRows(
  trx: Trx,
  { campaign, lease, now, landings, mutant }: Group,
): Promise<Move[]> {
  const moves: Move[] = [];
  const wanted = landings.filter(({ to }) => to !== undefined);
  // Two proofs for one send may stand in one group: the first one lands, the others are weighed against it.
  const firsts = new Map(wanted.toReversed().map((it) => [it.seq, it]));
  const changes = [...firsts.values()].map((it) => ({
    ...it,
    campaignId: campaign.id,
    was: it.attemptId === null ? 'claimed' : 'sending',
    tried: it.tried ? 1 : 0,
    refund: it.result === 'not_sent' || it.died === true ? 1 : 0,
    forget: it.forget ? 1 : 0,
  }));
  if (changes.length === 0) return moves;
  const current =
    mutant === 'late-result-wins'
      ? sql`true`
      : sql`${STATE} = 'sending' and recipients.attempt_id = v."attemptId"`;
  const landed = await sql<{ seq: number }>`
    update recipients set state = v."to", reason = v.reason, detail = v.detail,
      not_before = coalesce(v."notBefore", recipients.not_before), tries = recipients.tries + v.tried, attempts = recipients.attempts - v.refund, lease_id = null,
      message_id = coalesce(v."messageId", recipients.message_id),
      contact_id = case when v.forget = 1 then null else coalesce(v."contactId", recipients.contact_id) end,
      conversation_id = case when v.forget = 1 then null else coalesce(v."conversationId", recipients.conversation_id) end,
      updated_at = ${now}
    from ${rowsOf(
      trx,
      {
        campaignId: 'integer',
        seq: 'integer',
        attemptId: 'integer',
        was: 'text',
        to: 'text',
        reason: 'text',
        detail: 'text',
        notBefore: 'integer',
        tried: 'integer',
        refund: 'integer',
        messageId: 'text',
        contactId: 'text',
        conversationId: 'text',
        forget: 'integer',
      },
      changes as unknown as Record<string, unknown>[] as never,
    )} as v
    where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq and (
      (v.was = 'sending' and ${current}) or
      (v.was = 'claimed' and ${STATE} = 'claimed' and recipients.lease_id = ${lease.id}))
    returning recipients.seq
  `.execute(trx);
  const done = new Set(landed.rows.map(({ seq }) => seq));
  const ends: End[] = [];
  for (const change of changes) {
    if (done.has(change.seq)) {
      if (change.to === 'failed' || change.to === 'unknown') ends.push(endOf(campaign, change));
      moves.push({
        from: { state: change.was as RecipientState },
        to: {
          state: change.to as RecipientState,
          reason: change.to === 'pending' ? null : (change.reason ?? null),
        },
        n: 1,
      });
    }
  }
  await tellEnds(trx, ends, wanted, now);
  for (const it of wanted) {
    const landedFirst = firsts.get(it.seq) === it && done.has(it.seq);
    if (it.result === 'accepted' && !landedFirst) {
      moves.push(...(await landLateProof(trx, campaign.id, it, now)));
    }
  }
  return moves;
}

type End = NewEvent & { readonly seq: number };

/** A row whose proof came in the very same group did not end badly. */
async function tellEnds(
  trx: Trx,
  ends: readonly End[],
  landings: readonly Landing[],
  now: number,
): Promise<void> {
  if (ends.length === 0) return;
  const proven = new Set(landings.filter(isProof).map(({ seq }) => seq));
  const bad = ends.filter(({ seq }) => !proven.has(seq)).toSorted((a, b) => a.seq - b.seq);
  await emit(trx, bad, now);
}

/** What the feed tells of a row: its bad end. Who was written to stands in the results, and would be most of the feed. */
function endOf(
  { id, account }: Campaign,
  { seq, to, reason }: Pick<Landing, 'seq' | 'to' | 'reason'>,
): End {
  return { type: to as 'failed' | 'unknown', campaignId: id, seq, account, reason: reason ?? null };
}

/** Proof of a send turns any state into `sent`; a second, different proof for one send is a double, and is counted. */
async function landLateProof(
  trx: Trx,
  campaignId: number,
  proof: Landing,
  now: number,
): Promise<Move[]> {
  const found = await sql<
    Pick<RecipientsTable, 'state' | 'reason' | 'detail' | 'attempts' | 'message_id' | 'attempt_id'>
  >`
    select state, reason, detail, attempts, message_id, attempt_id from recipients
    where campaign_id = ${campaignId} and seq = ${proof.seq} ${forUpdate(trx)}
  `.execute(trx);
  const row = found.rows[0];
  if (row === undefined) return [];
  if (row.state === 'sent') {
    // What is told may name a message by the id of another list. The answer to the only attempt is no other message, and its id
    // is the one that is looked for.
    const answered = proof.attemptId !== null && row.attempt_id === proof.attemptId;
    if (answered && row.detail === TOLD && row.attempts <= 1) {
      if (proof.messageId != null)
        await rename(trx, { campaignId, seq: proof.seq }, proof.messageId, now);
      return [];
    }
    const named = row.message_id !== null && proof.messageId != null;
    const same = named ? row.message_id === proof.messageId : row.attempt_id === proof.attemptId;
    if (same || (await isWritten(trx, proof))) return [];
    return [{ to: { state: 'double' }, n: 1 }];
  }
  await trx
    .updateTable('recipients')
    .set({
      state: 'sent',
      reason: null,
      detail: proof.detail === TOLD ? TOLD : null,
      lease_id: null,
      // The row is this attempt's from now on: a newer one that is still on its way is a double if it arrives.
      attempt_id: proof.attemptId ?? row.attempt_id,
      message_id: proof.messageId ?? null,
      updated_at: now,
    })
    .where('campaign_id', '=', campaignId)
    .where('seq', '=', proof.seq)
    .execute();
  const counted = row.state === 'pending' ? null : row.reason;
  return [{ from: { state: row.state, reason: counted }, to: { state: 'sent' }, n: 1 }];
}

async function rename(
  trx: Trx,
  { campaignId, seq }: { readonly campaignId: number; readonly seq: number },
  messageId: string,
  now: number,
): Promise<void> {
  await trx
    .updateTable('recipients')
    .set({ message_id: messageId, detail: null, updated_at: now })
    .where('campaign_id', '=', campaignId)
    .where('seq', '=', seq)
    .execute();
}

/** A group whose commit answer was lost is landed again: what it counted then is not counted twice. */
async function isWritten(trx: Trx, { attemptId, messageId }: Landing): Promise<boolean> {
  if (attemptId === null) return false;
  const attempt = await trx
    .selectFrom('attempts')
    .select(['result', 'message_id'])
    .where('id', '=', attemptId)
    .executeTakeFirst();
  return attempt?.result === 'accepted' && attempt.message_id === (messageId ?? null);
}

async function rememberContacts(
  trx: Trx,
  account: string,
  inboxId: string,
  landings: readonly Landing[],
): Promise<void> {
  const known = landings.filter(
    (it) => it.book !== undefined && it.contactId != null && it.forget !== true,
  );
  if (known.length > 0) {
    const rows = known.map(({ book, contactId, conversationId }) => ({
      ...book,
      contactId,
      conversationId,
    }));
    await sql`
      insert into contacts (account, inbox_id, address, contact_id, conversation_id, watermark, verified_at)
      select ${account}, ${inboxId}, address, "contactId", "conversationId", watermark, "verifiedAt"
      from ${rowsOf(
        trx,
        {
          address: 'text',
          contactId: 'text',
          conversationId: 'text',
          watermark: 'text',
          verifiedAt: 'integer',
        },
        rows as never,
      )} as v where true order by address
      on conflict (account, inbox_id, address) do update set contact_id = excluded.contact_id,
        conversation_id = excluded.conversation_id, watermark = excluded.watermark, verified_at = excluded.verified_at
    `.execute(trx);
  }
  for (const { book, forget } of landings) {
    if (forget !== true || book === undefined) continue;
    await trx
      .deleteFrom('contacts')
      .where('account', '=', account)
      .where('inbox_id', '=', inboxId)
      .where('address', '=', book.address)
      .execute();
  }
}
