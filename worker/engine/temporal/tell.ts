import {
  type Client,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { runCampaign } from '../../../workflows/campaign';
import type { deliver } from '../../../workflows/deliver';
import {
  delivered,
  driverOf,
  isAlive,
  type Ledger,
  nudge,
  type Outgoing,
  sendIdOf,
  takeOutbox,
  workflowsToDrive,
} from '../../ledger';

/** Where workflows and activities are asked for, where nothing else is said. */
export const TASK_QUEUE = 'campaign-runner';

export interface Telling {
  readonly ledger: Ledger;
  readonly client: Client;
  readonly taskQueue: string;
  /** The search attributes are registered in this namespace. */
  readonly attributes: boolean;
}

/** The workflow that drives a campaign where nobody has chosen another id. */
export const workflowIdOf = (ref: string): string => `campaign/${ref}`;
/** The workflow of one message. */
export const sendWorkflowIdOf = (send: string): string => `deliver/${send}`;

/** How many are told at a time. */
const BLOCK = 50;
/** How many are looked at in one look. */
const MOST = 2_000;
/** After so long the rest is left to the next time: whoever calls has other things to do, and a deadline. */
const ENOUGH_MS = 5_000;

/**
 * Tells Temporal what waits in the outbox; what it does not accept stays there. Every message may be told twice: a workflow asks the ledger, whatever it was
 * told. Returns how many were told.
 */
export async function tellAll(telling: Telling): Promise<number> {
  const { ledger } = telling;
  const began = performance.now();
  let told = 0;
  for (;;) {
    const waiting = await takeOutbox(ledger, BLOCK, ledger.now());
    let refused: Error | null = null;
    for (const outgoing of waiting) {
      try {
        await tell(telling, outgoing);
        await delivered(ledger, outgoing.id);
        told += 1;
      } catch (error) {
        // One that is refused must not hold up those behind it; a server that is away is away for all of them.
        if (!isRefusal(error)) throw error;
        refused = error as Error;
      }
    }
    if (refused !== null) throw refused;
    if (waiting.length < BLOCK || performance.now() - began > ENOUGH_MS) return told;
  }
}

async function tell({ client, taskQueue, attributes }: Telling, it: Outgoing): Promise<void> {
  const { ref, seq, former } = it;
  if (former !== null) return signal(client, former);
  if (it.engine !== 'temporal') return;
  const begun = {
    taskQueue,
    signal: 'nudge',
    // Ended ones too: a campaign that was reopened is driven anew, and what is in the ledger is never done twice.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  } as const;
  if (seq !== null) {
    const send = sendIdOf({ ref }, seq);
    await client.workflow.signalWithStart<typeof deliver>('deliver', {
      ...begun,
      workflowId: it.workflowId ?? sendWorkflowIdOf(send),
      args: [send],
      staticSummary: 'a single message',
    });
    return;
  }
  // Nobody has asked for a start.
  if (it.state === 'importing' && it.autostart === 0) return;
  const workflowId = it.workflowId ?? workflowIdOf(ref);
  // One that is over is told only if somebody still drives it: there is nothing to begin.
  if (it.state === 'finished') return signal(client, workflowId);
  await client.workflow.signalWithStart<typeof runCampaign>('runCampaign', {
    ...begun,
    workflowId,
    args: [{ campaign: ref, ...(attributes ? { attributes } : {}) }],
    staticSummary: it.kind === 'list' ? it.name : 'a single message',
    ...(attributes ? { typedSearchAttributes: searchAttributesOf(it) } : {}),
  });
}

/** Tells a workflow that is there; one that is over needs not be told. */
async function signal(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal<[]>('nudge');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** What campaigns are found by in Temporal: their name and state. A single message has a key that may say who it is for. */
function searchAttributesOf({ kind, name, state }: Outgoing): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: STATE, value: state },
    ...(kind === 'list' ? [{ key: NAME, value: name }] : []),
  ]);
}

const NAME = defineSearchAttributeKey('CampaignName', 'KEYWORD');
const STATE = defineSearchAttributeKey('CampaignState', 'KEYWORD');
/** Registered by campaign migrate --temporal. */
export const SEARCH_ATTRIBUTES = [NAME.name, STATE.name] as const;
/** Their type: temporal.api.enums.v1.IndexedValueType */
export const KEYWORD = 2;

/**
 * Campaigns that should be driven, and whose workflow is gone: terminated by hand, or lost with the server's own database. Writes down that each is to be begun anew. Returns how many.
 */
export async function noticeLost({ ledger, client }: Telling): Promise<number> {
  const began = performance.now();
  let lost = 0;
  for (const campaign of await workflowsToDrive(ledger.db, lookedUpTo.get(ledger) ?? 0, MOST)) {
    if (performance.now() - began > ENOUGH_MS) break;
    const { id, ref, kind } = campaign;
    lookedUpTo.set(ledger, id);
    // Somebody still reads its list.
    const driver = await driverOf(ledger.db, campaign.id);
    if (driver !== undefined && isAlive(driver, ledger.now())) continue;
    const byName = kind === 'single' ? sendWorkflowIdOf(sendIdOf({ ref }, 0)) : workflowIdOf(ref);
    const status = await statusOf(client, campaign.workflow_id ?? byName);
    // One that somebody has paused there is not gone. How a closed one ended says nothing: it is not there for ever.
    if (status === 'RUNNING' || status === 'PAUSED') continue;
    await ledger.db.transaction().execute((trx) => nudge(trx, campaign, ledger.now()));
    lost += 1;
  }
  return lost;
}

/** Whether Temporal has answered, and does not want this one. */
export function isRefusal(error: unknown): boolean {
  const { code } = (error instanceof Error ? (error.cause ?? error) : {}) as { code?: number };
  return code === GRPC_INVALID_ARGUMENT || code === GRPC_PRECONDITION || code === GRPC_EXHAUSTED;
}

const GRPC_INVALID_ARGUMENT = 3;
const GRPC_EXHAUSTED = 8;
const GRPC_PRECONDITION = 9;

/** How a workflow stands there; null: it is not known. */
export async function statusOf(client: Client, workflowId: string): Promise<string | null> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Where the next look goes on, where there are too many for one. */
const lookedUpTo = new WeakMap<Ledger, number>();

/** Whether the search attributes may be used in this namespace. */
export async function hasSearchAttributes(client: Client, namespace: string): Promise<boolean> {
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
      namespace,
    });
    // One of another type would have every start refused.
    return SEARCH_ATTRIBUTES.every((name) => Number(customAttributes?.[name]) === KEYWORD);
  } catch {
    // Not everybody may ask; then nothing is lost but a column in a list.
    return false;
  }
}
