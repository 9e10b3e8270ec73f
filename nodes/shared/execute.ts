import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Provider } from '../../providers/provider';
import { createCatalogue } from './catalogue';
import { createLookBack } from './look-back';
import type { Execution, Operation, Work } from './operation';
import { createPace } from './pace';
import { type RunOptions, readRunOptions } from './parameters';
import { connectAccount, type Platform } from './platform';
import { runItems } from './run';
import { intendedMessages } from './steps';
import { refuseBulk } from './tool';
import { refuse } from './values';

/** The whole `execute` of a platform's node. */
export async function executeOn<P extends Provider>(
  context: IExecuteFunctions,
  platform: Platform<P>,
  operations: readonly Operation<P>[],
): Promise<INodeExecutionData[]> {
  if (context.getInputData().length === 0) return [];
  refuseBulk(context);
  const options = readRunOptions(context);
  const execution = await begin(context, platform, options);
  return runItems(context, options.maxConcurrency, (item) =>
    workOf(context, operations, item)(execution, item),
  );
}

async function begin<P extends Provider>(
  context: IExecuteFunctions,
  platform: Platform<P>,
  options: RunOptions,
): Promise<Execution<P>> {
  const signal = context.getExecutionCancelSignal();
  const pace = createPace(options.perSecond, signal);
  const connection = await connectAccount(context, platform, options.timeoutMs, pace.around);
  const { provider } = connection;
  return {
    context,
    connection,
    catalogue: createCatalogue(provider),
    policy: { pace, signal, maxRetries: options.maxRetries, waitMs: options.settleMs },
    lookBack: createLookBack(provider, (inboxId) => intendedMessages(context, inboxId)),
  };
}

function workOf<P extends Provider>(
  context: IExecuteFunctions,
  operations: readonly Operation<P>[],
  item: number,
): Work<P> {
  const resource: unknown = context.getNodeParameter('resource', item);
  const value: unknown = context.getNodeParameter('operation', item);
  const operation = operations.find((each) => each.resource === resource && each.value === value);
  if (operation !== undefined) return operation.work;
  throw refuse(context, item, `There is no operation '${String(resource)}:${String(value)}'`);
}
