import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { fingerprint } from './platform';

/** Whether an agent runs the node: n8n makes a second type of it for agents, called by the same name and "Tool". */
export function isTool(context: IExecuteFunctions): boolean {
  const { isToolExecution } = context as Partial<IExecuteFunctions>;
  return isToolExecution?.call(context) === true || context.getNode().type.endsWith('Tool');
}

/** An agent decides on one message at a time; what goes to many people is decided by a person. */
export function refuseBulk(context: IExecuteFunctions): void {
  const items = context.getInputData().length;
  if (items <= 1 || !isTool(context)) return;
  throw new NodeOperationError(
    context.getNode(),
    `As a tool of an agent this node takes one item a call, not ${items}`,
    {
      description:
        'Nothing was done. Call it once for each person, or send to a list with the node itself or a campaign of the runner',
    },
  );
}

const MESSAGE = ['text', 'template', 'templateVariables', 'templateParameters', 'files'];

/**
 * What an agent asks for, so that asking for the same again in one execution is the same message: agents repeat a call whose
 * answer they do not like, and each of their calls is a run of its own.
 */
export function askedFor(context: IExecuteFunctions, item: number): string {
  const { toolCallId: _, ...asked } = context.getInputData()[item]?.json ?? {};
  const values = MESSAGE.map((name): unknown => context.getNodeParameter(name, item, ''));
  return fingerprint(JSON.stringify(asked), JSON.stringify(values));
}
