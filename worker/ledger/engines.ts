import { record } from './audit';
import { type Campaign, campaignOfRef, holdCampaign } from './campaigns';
import { oneAtATime } from './dialect';
import { LedgerError } from './errors';
import { driverOf, isAlive } from './leases';
import type { Ledger } from './ledger';
import { nudge, nudgeFormer } from './outbox';
import type { Engine, Orchestrate } from './schema';

/**
 * Gives a campaign to another engine: one that is not running, and that nobody drives at the moment. What was on its way
 * is settled by the new one.
 *
 * @throws LedgerError when it runs, is over, or is being driven.
 */
export async function chooseEngine(
  ledger: Ledger,
  name: string,
  engine: Engine,
  now: number,
): Promise<boolean> {
  return ledger.db.transaction().execute(async (trx) => {
    const campaign = await holdCampaign(trx, name);
    if (campaign.engine === engine) return false;
    const { state, workflow_id: former } = campaign;
    if (state === 'running') {
      throw new LedgerError(
        `campaign "${name}" is running on the ${campaign.engine} engine. Pause it first: campaign pause ${name}`,
      );
    }
    if (state === 'finished' || state === 'cancelled') {
      throw new LedgerError(`campaign "${name}" is ${state}: it needs no engine any more`);
    }
    await oneAtATime(trx, `drive/${campaign.id}`);
    const driver = await driverOf(trx, campaign.id);
    if (driver !== undefined && isAlive(driver, now)) {
      throw new LedgerError(
        `campaign "${name}" is being driven by ${driver.holder}. End that first (Ctrl-C there)`,
      );
    }
    await trx
      .updateTable('campaigns')
      .set({ engine, workflow_id: null, orchestrate: orchestrateOn(engine, campaign) })
      .where('id', '=', campaign.id)
      .execute();
    if (former !== null) await nudgeFormer(trx, campaign.id, former, now);
    await nudge(trx, { ...campaign, engine }, now);
    await record(trx, { at: now, campaign: name, action: 'engine', detail: engine });
    return true;
  });
}

/** Without Temporal only slices send; there, a single message has a workflow of its own. */
function orchestrateOn(engine: Engine, { kind, orchestrate }: Campaign): Orchestrate {
  if (engine === 'embedded') return 'slice';
  return kind === 'single' ? 'message' : orchestrate;
}

export type WorkflowSeat =
  | { readonly kind: 'taken'; readonly campaign: Campaign }
  /** A process still reads its list. */
  | { readonly kind: 'held'; readonly until: number }
  /** It is another engine's, or another workflow's, by now. */
  | { readonly kind: 'moved' };

/**
 * The driver's seat on Temporal: a workflow id, without end. The first workflow that asks has it.
 *
 * @throws LedgerError when there is no such campaign.
 */
export async function takeWorkflowSeat(
  ledger: Ledger,
  ref: string,
  workflowId: string,
  now: number,
): Promise<WorkflowSeat> {
  const found = await campaignOfRef(ledger.db, ref);
  if (found.workflow_id !== null || found.engine !== 'temporal') return whose(found, workflowId);
  return ledger.db.transaction().execute(async (trx) => {
    await oneAtATime(trx, `drive/${found.id}`);
    const campaign = await campaignOfRef(trx, ref);
    if (campaign.workflow_id !== null || campaign.engine !== 'temporal') {
      return whose(campaign, workflowId);
    }
    const driver = await driverOf(trx, campaign.id);
    if (driver !== undefined && isAlive(driver, now)) return { kind: 'held', until: driver.until };
    await trx
      .updateTable('campaigns')
      .set({ workflow_id: workflowId })
      .where('id', '=', campaign.id)
      .execute();
    return { kind: 'taken', campaign: { ...campaign, workflow_id: workflowId } };
  });
}

function whose(campaign: Campaign, workflowId: string): WorkflowSeat {
  const mine = campaign.engine === 'temporal' && campaign.workflow_id === workflowId;
  return mine ? { kind: 'taken', campaign } : { kind: 'moved' };
}
