import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { CampaignState } from '../../core/words';
import type { Group } from './commit';
import type { Move } from './counters';
import { campaignLock, heldTogether } from './dialect';
import { AHEAD_MS, reserve, stoppedUntil, type Token } from './limits';
import { rowsOf } from './rows';
import type { Schema } from './schema';

type Trx = Transaction<Schema>;

/** How long after the gate a request may begin. */
export const SEND_WITHIN_MS = 2_000;

/** A row that waits at the gate: everything is ready, the next request delivers. */
export interface AtGate {
  readonly seq: number;
  readonly attemptId: number;
  readonly number: number;
  readonly contactId: string;
  readonly conversationId: string | null;
  readonly watermark: string | null;
  /** When the quiet hours of this recipient begin, or null. */
  readonly closesAt: number | null;
}

export type GateAnswer =
  | { readonly seq: number; readonly go: true; readonly sendAt: number; readonly sendBy: number }
  /** Not now: ask again at `retryAt`, or let go of the row. */
  | {
      readonly seq: number;
      readonly go: false;
      readonly why: 'throttled' | 'stopped';
      readonly retryAt: number;
    }
  /** Not under this lease any more: the row is somebody else's, or the campaign does not run. */
  | {
      readonly seq: number;
      readonly go: false;
      readonly why: 'lost' | 'halted' | 'closed' | 'skipped';
    };

/** What the group's campaign allows now; held so until the commit, so that no pause is overtaken by a gate. */
export interface Standing {
  readonly state: CampaignState;
  readonly expiresAt: number;
}

export async function standingOf(trx: Trx, campaignId: number): Promise<Standing> {
  await heldTogether(trx, campaignLock(campaignId));
  const rows = await sql<{ state: CampaignState; expiresAt: number | null }>`
    select state, expires_at as "expiresAt" from campaigns where id = ${campaignId}
  `.execute(trx);
  const { state = 'cancelled', expiresAt = null } = rows.rows[0] ?? {};
  return { state, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY };
}

export interface Passed {
  readonly answers: readonly GateAnswer[];
  /** When tokens may be asked for again; those who had to wait for one are told the same. */
  readonly nextAt: number;
}

/** Moves rows from `claimed` to `sending`, if everything that must hold holds in this very transaction. */
export async function passGate(
  trx: Trx,
  group: Group,
  standing: Standing,
  moves: Move[],
): Promise<Passed> {
  const { campaign, lease, now, gates, scopes } = group;
  const blind = group.mutant === 'no-recheck';
  const { state, expiresAt } = blind ? UNSEEN : standing;
  const refuseAll = (why: 'lost' | 'halted'): Passed => ({
    answers: gates.map(({ seq }) => ({ seq, go: false, why })),
    nextAt: now,
  });

  const found = await trx
    .selectFrom('leases')
    .select(['until', 'ended'])
    .where('id', '=', lease.id)
    .executeTakeFirst();
  const held = blind ? UNSEEN : found;
  if (held === undefined || held.ended === 1 || held.until < now) return refuseAll('lost');
  if (state !== 'running' || expiresAt <= now) return refuseAll('halted');
  const stop = await stoppedUntil(trx, campaign.account);
  if (stop.until > now) {
    return {
      answers: gates.map(({ seq }) => ({ seq, go: false, why: 'stopped', retryAt: stop.until })),
      nextAt: stop.until,
    };
  }

  const answers: GateAnswer[] = [];
  const seen = new Set<number>();
  const open = gates.filter((gate) => {
    // The same row twice in one group: freed by somebody whose clock is ahead, and claimed again under the same lease.
    if (seen.has(gate.seq)) return false;
    seen.add(gate.seq);
    if (blind || gate.closesAt === null || gate.closesAt > now) return true;
    answers.push({ seq: gate.seq, go: false, why: 'closed' });
    return false;
  });
  const { tokens, nextAt, use } = await reserve(
    trx,
    scopes,
    open.length,
    now,
    group.noneAhead ? 0 : AHEAD_MS,
  );
  for (const { seq } of open.slice(tokens.length)) {
    answers.push({ seq, go: false, why: 'throttled', retryAt: nextAt });
  }
  const ready = open.slice(0, tokens.length);
  if (ready.length === 0) return { answers, nextAt };

  const passed = await sql<{ seq: number }>`
    update recipients set state = 'sending', attempt_id = v."attemptId", attempts = recipients.attempts + 1,
      contact_id = v."contactId", conversation_id = v."conversationId", updated_at = ${now}
    from ${rowsOf(
      trx,
      {
        campaignId: 'integer',
        seq: 'integer',
        attemptId: 'integer',
        contactId: 'text',
        conversationId: 'text',
      },
      ready.map((gate) => ({ ...gate, campaignId: campaign.id })),
    )} as v
    where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq and ${blind ? sql`true` : stillOpen(lease.id)}
    returning recipients.seq
  `.execute(trx);
  const through = new Set(passed.rows.map(({ seq }) => seq));
  const going = ready
    .filter(({ seq }) => through.has(seq))
    .map((gate, i) => {
      const { at, useBy } = tokens[i] as Token;
      const closesAt = (blind ? null : gate.closesAt) ?? Number.POSITIVE_INFINITY;
      const sendBy = Math.min(now + SEND_WITHIN_MS, useBy, held.until, expiresAt, closesAt);
      return { ...gate, sendAt: at, sendBy };
    });
  await use(going.length);
  await sql`
    insert into attempts (id, campaign_id, seq, number, lease_id, started_at, send_by, contact_id, conversation_id, watermark)
    select "attemptId", ${campaign.id}, seq, number, ${lease.id}, ${now}, "sendBy", "contactId", "conversationId", watermark
    from ${rowsOf(
      trx,
      {
        attemptId: 'integer',
        seq: 'integer',
        number: 'integer',
        sendBy: 'integer',
        contactId: 'text',
        conversationId: 'text',
        watermark: 'text',
      },
      going,
    )} as v
  `.execute(trx);
  moves.push({ from: { state: 'claimed' }, to: { state: 'sending' }, n: going.length });
  for (const { seq, sendAt, sendBy } of going) answers.push({ seq, go: true, sendAt, sendBy });

  const refused = ready.filter(({ seq }) => !through.has(seq));
  if (refused.length > 0) answers.push(...(await skipSuppressed(trx, group, refused, moves)));
  return { answers, nextAt };
}

/** In SQL: the row is this slice's own, and the person is not suppressed. */
function stillOpen(leaseId: number): RawBuilder<boolean> {
  return sql`recipients.state = 'claimed' and recipients.lease_id = ${leaseId} and not exists (
    select 1 from suppressions s where s.address = recipients.address and s.account in ('', recipients.account))`;
}

/** What the mutant `no-recheck` takes for the campaign and the lease. */
const UNSEEN = {
  state: 'running',
  ended: 0,
  until: Number.POSITIVE_INFINITY,
  expiresAt: Number.POSITIVE_INFINITY,
} as const;

async function skipSuppressed(
  trx: Trx,
  group: Group,
  refused: readonly AtGate[],
  moves: Move[],
): Promise<GateAnswer[]> {
  const skipped = await sql<{ seq: number }>`
    update recipients set state = 'skipped', reason = 'suppressed', lease_id = null, updated_at = ${group.now}
    where recipients.campaign_id = ${group.campaign.id} and recipients.state = 'claimed' and recipients.lease_id = ${group.lease.id}
      and recipients.seq in (select seq from ${rowsOf(trx, { seq: 'integer' }, refused)} as v)
    returning recipients.seq
  `.execute(trx);
  const gone = new Set(skipped.rows.map(({ seq }) => seq));
  moves.push({
    from: { state: 'claimed' },
    to: { state: 'skipped', reason: 'suppressed' },
    n: gone.size,
  });
  return refused.map(({ seq }) => ({ seq, go: false, why: gone.has(seq) ? 'skipped' : 'lost' }));
}
