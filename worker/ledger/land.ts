import { sql, type Transaction } from 'kysely';
import type { FinalState, RecipientState } from '../../core/words';
import type { Group } from './commit';
import type { Move } from './counters';
import { rowsOf } from './rows';
import type { AttemptResult, Schema } from './schema';

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

/** Writes results down, by two rules: proof always counts, anything else only for the current attempt. */
export async function land(
  trx: Trx,
  { campaign, inboxId, lease, now, landings }: Group,
): Promise<Move[]> {
  const moves: Move[] = [];
  const results = landings.filter(({ result }) => result !== undefined);
  if (results.length > 0) {
    // Proof is final; anything else only fills a blank or refines a doubt.
    await sql`
      update attempts as a set result = v.result, code = v.code, status = v.status, detail = v.detail,
        message_id = v."messageId", ended_at = ${now}, look_at = v."lookAt"
      from ${rowsOf(
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
      where a.id = v."attemptId" and (v.result = 'accepted' or a.result is null or a.result <> 'accepted')
    `.execute(trx);
  }
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
  const landed = await sql<{ seq: number }>`
    update recipients set state = v."to", reason = v.reason, detail = v.detail,
      not_before = coalesce(v."notBefore", recipients.not_before), tries = recipients.tries + v.tried, attempts = recipients.attempts - v.refund, lease_id = null,
      message_id = coalesce(v."messageId", recipients.message_id),
      contact_id = case when v.forget = 1 then null else coalesce(v."contactId", recipients.contact_id) end,
      conversation_id = case when v.forget = 1 then null else coalesce(v."conversationId", recipients.conversation_id) end,
      updated_at = ${now}
    from ${rowsOf(
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
    where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq and recipients.state = v.was
      and ((v.was = 'sending' and recipients.attempt_id = v."attemptId") or (v.was = 'claimed' and recipients.lease_id = ${lease.id}))
    returning recipients.seq
  `.execute(trx);
  const done = new Set(landed.rows.map(({ seq }) => seq));
  for (const change of changes) {
    if (done.has(change.seq)) {
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
  for (const it of wanted) {
    const landedFirst = firsts.get(it.seq) === it && done.has(it.seq);
    if (it.result === 'accepted' && !landedFirst) {
      moves.push(...(await landLateProof(trx, campaign.id, it, now)));
    }
  }
  await rememberContacts(trx, campaign.account, inboxId, landings);
  return moves;
}

/** Proof of a send turns any state into `sent`; a second, different proof for one send is a double, and is counted. */
async function landLateProof(
  trx: Trx,
  campaignId: number,
  proof: Landing,
  now: number,
): Promise<Move[]> {
  const row = await trx
    .selectFrom('recipients')
    .select(['state', 'reason', 'message_id', 'attempt_id'])
    .where('campaign_id', '=', campaignId)
    .where('seq', '=', proof.seq)
    .executeTakeFirstOrThrow();
  if (row.state === 'sent') {
    const named = row.message_id !== null && proof.messageId != null;
    const same = named ? row.message_id === proof.messageId : row.attempt_id === proof.attemptId;
    return same ? [] : [{ to: { state: 'double' }, n: 1 }];
  }
  await trx
    .updateTable('recipients')
    .set({
      state: 'sent',
      reason: null,
      detail: null,
      lease_id: null,
      message_id: proof.messageId ?? null,
      updated_at: now,
    })
    .where('campaign_id', '=', campaignId)
    .where('seq', '=', proof.seq)
    .execute();
  const counted = row.state === 'pending' ? null : row.reason;
  return [{ from: { state: row.state, reason: counted }, to: { state: 'sent' }, n: 1 }];
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
        {
          address: 'text',
          contactId: 'text',
          conversationId: 'text',
          watermark: 'text',
          verifiedAt: 'integer',
        },
        rows as never,
      )} where true
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
