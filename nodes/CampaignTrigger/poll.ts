import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { CREDENTIAL, createRunner } from '../Campaign/runner';
import { exampleEvents, nextEvents } from './follow';
import type { Wanted } from './place';

/** n8n polls once a minute at most: what takes longer is left to the next poll. */
const MOST_MS = 45_000;
const TIMEOUT_MS = 20_000;
const EXAMPLES = 5;
const MOST_EVENTS = 10_000;

const polling = new Set<string>();

/** What happened since the last poll; in the editor some examples of what happened. */
export async function pollEvents(context: IPollFunctions): Promise<readonly IDataObject[]> {
  const wanted = await readWanted(context);
  const runner = createRunner(context, { timeoutMs: TIMEOUT_MS });
  if (context.getMode() === 'manual') {
    const examples = await exampleEvents(runner, wanted, EXAMPLES);
    if (examples.length > 0) return examples;
    throw refuse(
      context,
      'None of these events has happened in the last seven days',
      "There is nothing to show as an example. Choose another in 'Trigger On', or send something first; the trigger itself is ready",
    );
  }
  const most = Number(context.getNodeParameter('options.maxEvents', 1_000));
  return alone(context, () =>
    nextEvents(context, runner, wanted, {
      most: Math.min(MOST_EVENTS, Math.max(1, Math.trunc(most) || 1)),
      untilMs: performance.now() + Math.min(MOST_MS, context.getPollBudgetMs?.() ?? MOST_MS),
    }),
  );
}

/** Nothing while the poll before goes on: both would read from one place and start the workflow with the same events. */
async function alone(
  context: IPollFunctions,
  poll: () => Promise<readonly IDataObject[]>,
): Promise<readonly IDataObject[]> {
  const name = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
  if (polling.has(name)) return [];
  polling.add(name);
  try {
    return await poll();
  } finally {
    polling.delete(name);
  }
}

async function readWanted(context: IPollFunctions): Promise<Wanted> {
  const { baseUrl } = await context.getCredentials(CREDENTIAL);
  const chosen = (name: string): string => {
    const value: unknown = context.getNodeParameter(name, '', { extractValue: true });
    return typeof value === 'string' ? value.trim() : '';
  };
  const types = context.getNodeParameter('events', []) as string[];
  if (types.length === 0) {
    throw refuse(context, "'Trigger On' is empty", 'Choose at least one event');
  }
  return {
    types,
    baseUrl: typeof baseUrl === 'string' ? baseUrl.trim() : '',
    campaign: chosen('campaign'),
    account: chosen('account'),
  };
}

function refuse(context: IPollFunctions, message: string, description: string) {
  return new NodeOperationError(context.getNode(), message, { description });
}
