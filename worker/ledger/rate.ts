import { record } from './audit';
import { type Campaign, holdCampaign, needCampaign } from './campaigns';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import type { Ledger, Queries } from './ledger';
import { dropLimit, writeLimit } from './limits';

/**
 * Changes a campaign's own throttle; null takes it away. Holds for every process from the next gate on, and for every later
 * start.
 *
 * @throws LedgerError when the campaign is over.
 */
export async function changeRate(
  ledger: Ledger,
  name: string,
  perSecond: number | null,
  now: number,
): Promise<Campaign> {
  return ledger.db.transaction().execute(async (trx) => {
    await needOpen(trx);
    const campaign = await holdCampaign(trx, name);
    if (campaign.state === 'finished' || campaign.state === 'cancelled') {
      throw new LedgerError(
        `campaign "${name}" is ${campaign.state}: nothing of it is sent any more`,
      );
    }
    const spec = { ...(JSON.parse(campaign.spec) as object), perSecond };
    await trx
      .updateTable('campaigns')
      .set({ spec: JSON.stringify(spec) })
      .where('id', '=', campaign.id)
      .execute();
    const scope = `campaign/${campaign.id}`;
    if (perSecond === null) await dropLimit(trx, scope);
    else await writeLimit(trx, scope, perSecond);
    await record(trx, {
      at: now,
      campaign: name,
      action: 'rate',
      detail: perSecond === null ? 'none' : `${perSecond}/s`,
    });
    return needCampaign(trx, name);
  });
}

/**
 * Brings the limiter to what a campaign's spec says. Both change together: whoever gives it another rate in this very moment is
 * not undone.
 */
export async function applyRate(ledger: Ledger, name: string): Promise<void> {
  const { id, spec } = await needCampaign(ledger.db, name);
  const scope = `campaign/${id}`;
  if ((await rateOf(ledger.db, scope)) === ownRate(spec)) return;
  await ledger.db.transaction().execute(async (trx) => {
    const perSecond = ownRate((await holdCampaign(trx, name)).spec);
    if (perSecond === null) await dropLimit(trx, scope);
    else await writeLimit(trx, scope, perSecond);
  });
}

const ownRate = (spec: string): number | null =>
  (JSON.parse(spec) as { perSecond?: number | null }).perSecond ?? null;

async function rateOf(db: Queries, scope: string): Promise<number | null> {
  const row = await db
    .selectFrom('limits')
    .select('per_second')
    .where('scope', '=', scope)
    .executeTakeFirst();
  return row?.per_second ?? null;
}

/** Messages per second that an account allows all its campaigns together, as last written down; null: no bound is known. */
export async function accountRate(db: Queries, account: string): Promise<number | null> {
  return rateOf(db, `account/${account}/message`);
}
