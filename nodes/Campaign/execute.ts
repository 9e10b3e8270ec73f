import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { errorItem, toNodeError } from '../shared/errors';
import { readRunOptions } from '../shared/parameters';
import { runItems } from '../shared/run';
import { isTool, refuseBulk } from '../shared/tool';
import { refuse } from '../shared/values';
import type { CampaignExecution, CampaignOperation } from './operation';
import { createRunner } from './runner';

/** The whole `execute` of the node. */
export async function executeCampaign(
  context: IExecuteFunctions,
  operations: readonly CampaignOperation[],
): Promise<INodeExecutionData[]> {
  if (context.getInputData().length === 0) return [];
  const operation = operationOf(context, operations);
  refuseForAgents(context, operation);
  const { maxConcurrency, maxRetries, timeoutMs } = readRunOptions(context);
  const execution: CampaignExecution = {
    context,
    runner: createRunner(context, { maxRetries, timeoutMs }),
    signal: context.getExecutionCancelSignal(),
  };
  const { all, each } = operation;
  if (all !== undefined) return allAtOnce(execution, all);
  return runItems(context, maxConcurrency, async (item) => (await each?.(execution, item)) ?? [], {
    again: null,
    hintsAtCampaigns: false,
  });
}

function operationOf(
  context: IExecuteFunctions,
  operations: readonly CampaignOperation[],
): CampaignOperation {
  const resource: unknown = context.getNodeParameter('resource', 0);
  const value: unknown = context.getNodeParameter('operation', 0);
  const operation = operations.find((each) => each.resource === resource && each.value === value);
  if (operation !== undefined) return operation;
  throw refuse(context, 0, `There is no operation '${String(resource)}:${String(value)}'`);
}

function refuseForAgents(context: IExecuteFunctions, { name, forAgents }: CampaignOperation): void {
  if (!isTool(context)) return;
  refuseBulk(context);
  if (forAgents) return;
  throw refuse(
    context,
    0,
    `As a tool of an agent this node does not offer '${name}'`,
    'Nothing was done. To whom many messages go is decided by a person: let a workflow do that',
  );
}

/** What fails for all fails as one item. */
async function allAtOnce(
  execution: CampaignExecution,
  all: NonNullable<CampaignOperation['all']>,
): Promise<INodeExecutionData[]> {
  const { context } = execution;
  try {
    return [...(await all(execution))];
  } catch (error) {
    const nodeError = toNodeError(context.getNode(), error, 0);
    if (!context.continueOnFail()) throw nodeError;
    return [{ json: errorItem(nodeError, error), pairedItem: { item: 0 } }];
  }
}
