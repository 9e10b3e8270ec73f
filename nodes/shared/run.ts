import type {
  IExecuteFunctions,
  INodeExecutionData,
  NodeApiError,
  NodeOperationError,
} from 'n8n-workflow';
import pLimit from 'p-limit';
import { errorItem, toNodeError } from './errors';
import type { Result } from './operation';

/** Above this, the Campaign node is the right one. */
const MANY_ITEMS = 1_000;

/** What is said of many items. */
export interface Words {
  /** Of a new execution after a failure; null: nothing. */
  readonly again: string | null;
  /** Whether so many would be better handed to the runner. */
  readonly hintsAtCampaigns: boolean;
}

const OF_MESSAGES: Words = {
  again: 'A new execution sends them again unless each has a "Send Key" of its own',
  hintsAtCampaigns: true,
};

/**
 * Does the work for each item, so many at once, and returns the results in the order of the items. After a failure
 * that the node does not go on from, what is in flight is finished, nothing new is begun, and the error says how far
 * it came.
 */
export async function runItems(
  context: IExecuteFunctions,
  maxConcurrency: number,
  work: (item: number) => Promise<readonly Result[]>,
  words: Words = OF_MESSAGES,
): Promise<INodeExecutionData[]> {
  const items = context.getInputData();
  if (words.hintsAtCampaigns) hintAtCampaigns(context, items.length);
  const results: (INodeExecutionData[] | undefined)[] = items.map(() => undefined);
  const failures: (NodeApiError | NodeOperationError)[] = [];
  const limit = pLimit(maxConcurrency);
  const signal = context.getExecutionCancelSignal();

  const one = async (item: number): Promise<void> => {
    if (failures.length > 0 || signal?.aborted) return;
    try {
      const made = await work(item);
      results[item] = made.map((result) => ({ ...result, pairedItem: { item } }));
    } catch (error) {
      const nodeError = toNodeError(context.getNode(), error, item);
      if (context.continueOnFail()) {
        results[item] = [{ json: errorItem(nodeError, error), pairedItem: { item } }];
      } else failures.push(nodeError);
    }
  };
  await limit.map(items.keys(), one);

  const [failure] = failures.sort((a, b) => itemOf(a) - itemOf(b));
  const done = results.filter((result) => result !== undefined);
  if (failure !== undefined) {
    throw withProgress(failure, done.length, items.length, words.again);
  }
  return done.flat();
}

function itemOf(error: NodeApiError | NodeOperationError): number {
  return Number(error.context['itemIndex'] ?? 0);
}

function withProgress<E extends NodeApiError | NodeOperationError>(
  error: E,
  done: number,
  all: number,
  again: string | null,
): E {
  if (all === 1) return error;
  const were = `${done} of ${all} items were done before`;
  const progress = again === null ? were : `${were}. ${again}`;
  error.description = error.description ? `${error.description}. ${progress}` : progress;
  return error;
}

function hintAtCampaigns(context: IExecuteFunctions, items: number): void {
  if (items <= MANY_ITEMS) return;
  context.addExecutionHints({
    message: `These are ${items} recipients in one execution of n8n. Hand them to the Campaign node instead: a campaign of the runner keeps its place through a crash, holds one rate for the whole account and can be paused.`,
    location: 'outputPane',
  });
}
