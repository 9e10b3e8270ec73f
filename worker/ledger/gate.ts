import { sql, type Transaction } from 'kysely';
import type { Group } from './commit';
import type { Move } from './counters';
import { giveBack, stoppedUntil, take } from './limits';
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
  | { readonly seq: number; readonly go: true; readonly sendBy: number }
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

/** Moves rows from `claimed` to `sending`, if everything that must hold holds in this very transaction. */
export async function passGate(trx: Trx, group: Group, moves: Move[]): Promise<GateAnswer[]> {
  const { campaign, lease, now, gates, scopes } = group;
  const refuseAll = (why: 'lost' | 'halted'): GateAnswer[] =>
    gates.map(({ seq }) => ({ seq, go: false, why }));

  const held = await trx
    .selectFrom('leases')
    .select(['until', 'ended'])
    .where('id', '=', lease.id)
    .executeTakeFirst();
  if (held === undefined || held.ended === 1 || held.until < now) return refuseAll('lost');
  const current = await trx
    .selectFrom('campaigns')
    .select(['state', 'expires_at'])
    .where('id', '=', campaign.id)
    .executeTakeFirstOrThrow();
  const expiresAt = current.expires_at ?? Number.POSITIVE_INFINITY;
  if (current.state !== 'running' || expiresAt <= now) return refuseAll('halted');
  const stop = await stoppedUntil(trx, campaign.account);
  if (stop.until > now) {
    return gates.map(({ seq }) => ({ seq, go: false, why: 'stopped', retryAt: stop.until }));
  }

  const answers: GateAnswer[] = [];
  const open = gates.filter((gate) => {
    if (gate.closesAt === null || gate.closesAt > now) return true;
    answers.push({ seq: gate.seq, go: false, why: 'closed' });
    return false;
  });
  const { granted, nextAt } = await takeFromAll(trx, scopes, open.length, now);
  for (const { seq } of open.slice(granted)) {
    answers.push({ seq, go: false, why: 'throttled', retryAt: nextAt });
  }
  const ready = open.slice(0, granted);
  if (ready.length === 0) return answers;

  const passed = await sql<{ seq: number }>`
    update recipients set state = 'sending', attempt_id = v."attemptId", attempts = recipients.attempts + 1,
      contact_id = v."contactId", conversation_id = v."conversationId", updated_at = ${now}
    from ${rowsOf(
      {
        campaignId: 'integer',
        seq: 'integer',
        attemptId: 'integer',
        contactId: 'text',
        conversationId: 'text',
      },
      ready.map((gate) => ({ ...gate, campaignId: campaign.id })),
    )} as v
    where recipients.campaign_id = v."campaignId" and recipients.seq = v.seq and recipients.state = 'claimed' and recipients.lease_id = ${lease.id}
      and not exists (
        select 1 from suppressions s where s.address = recipients.address and s.account in ('', recipients.account))
    returning recipients.seq
  `.execute(trx);
  const through = new Set(passed.rows.map(({ seq }) => seq));
  const going = ready.filter(({ seq }) => through.has(seq));
  const sendBys = new Map(
    going.map((gate) => [
      gate.seq,
      Math.min(
        now + SEND_WITHIN_MS,
        held.until,
        expiresAt,
        gate.closesAt ?? Number.POSITIVE_INFINITY,
      ),
    ]),
  );
  await sql`
    insert into attempts (id, campaign_id, seq, number, lease_id, started_at, send_by, contact_id, conversation_id, watermark)
    select "attemptId", ${campaign.id}, seq, number, ${lease.id}, ${now}, "sendBy", "contactId", "conversationId", watermark
    from ${rowsOf(
      {
        attemptId: 'integer',
        seq: 'integer',
        number: 'integer',
        sendBy: 'integer',
        contactId: 'text',
        conversationId: 'text',
        watermark: 'text',
      },
      going.map((gate) => ({ ...gate, sendBy: sendBys.get(gate.seq) })),
    )}
  `.execute(trx);
  moves.push({ from: { state: 'claimed' }, to: { state: 'sending' }, n: going.length });
  for (const { seq } of going) answers.push({ seq, go: true, sendBy: sendBys.get(seq) ?? now });

  const refused = ready.filter(({ seq }) => !through.has(seq));
  if (refused.length > 0) {
    for (const scope of scopes) await giveBack(trx, scope, refused.length);
    answers.push(...(await skipSuppressed(trx, group, refused, moves)));
  }
  return answers;
}

/** As many tokens as every scope can give; what one gave too much goes back. */
async function takeFromAll(trx: Trx, scopes: readonly string[], wanted: number, now: number) {
  let granted = wanted;
  let nextAt = now;
  const taken: { scope: string; n: number }[] = [];
  for (const scope of scopes) {
    if (granted === 0) break;
    const grant = await take(trx, scope, granted, now);
    taken.push({ scope, n: grant.granted });
    if (grant.granted < granted) nextAt = grant.nextAt;
    granted = grant.granted;
  }
  for (const { scope, n } of taken) await giveBack(trx, scope, n - granted);
  return { granted, nextAt };
}

async function skipSuppressed(
  trx: Trx,
  group: Group,
  refused: readonly AtGate[],
  moves: Move[],
): Promise<GateAnswer[]> {
  const skipped = await sql<{ seq: number }>`
    update recipients set state = 'skipped', reason = 'suppressed', lease_id = null, updated_at = ${group.now}
    where recipients.campaign_id = ${group.campaign.id} and recipients.state = 'claimed' and recipients.lease_id = ${group.lease.id}
      and recipients.seq in (select seq from ${rowsOf({ seq: 'integer' }, refused)})
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
