import type { IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { type ErrorCode, isProviderError, type ProviderError } from '../../core/errors';

type Failure = NonNullable<NodeApiError['failure']>;

/** What a person can do about it; shown after the platform's own words. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  invalid_input: 'Check the parameters of this item',
  auth_failed: "Check the credential's token and what its owner may do",
  not_found: 'Check the inbox, the template and the IDs in the parameters',
  rate_limited:
    "Lower 'Messages per Second' or 'Max Concurrency' in the options, or raise 'Max Retries'",
  unavailable: "Nothing was sent. Run it again later; a message with the same 'Send Key'",
  // What helps depends on the inbox, and is said where the inbox is known.
  outcome_unknown: 'The message may or may not have been sent',
  rejected: 'The platform refused this recipient or this message; sending it again does not help',
  unexpected_response: 'The platform answered in a way that this version of the node does not know',
};

/** The one place where an error of ours becomes one of n8n's. */
export function toNodeError(
  node: INode,
  error: unknown,
  itemIndex: number,
): NodeApiError | NodeOperationError {
  if (error instanceof NodeOperationError || error instanceof NodeApiError) {
    // n8n's own errors carry no item, and wrapping one again would not add it.
    error.context['itemIndex'] ??= itemIndex;
    return error;
  }
  if (!isProviderError(error)) return new NodeOperationError(node, error as Error, { itemIndex });
  const advice = ADVICE[error.code];
  const description = error.detail === undefined ? advice : `${error.detail}. ${advice}`;
  if (error.code === 'invalid_input') {
    return new NodeOperationError(node, error.message, { itemIndex, description });
  }
  const failure = failureOf(error);
  const response: JsonObject = { message: error.message };
  const nodeError = new NodeApiError(node, response, {
    itemIndex,
    message: error.message,
    description,
    httpCode: error.status === undefined ? '' : String(error.status),
    ...(failure && { failure }),
  });
  // n8n puts a text of its own where a message names a socket's error, and some of these tell people to send again.
  nodeError.message = error.message;
  return nodeError;
}

function failureOf({ code, retryAfterMs }: ProviderError): Failure | undefined {
  switch (code) {
    case 'rate_limited':
      return { cause: 'rate-limited', ...(retryAfterMs !== undefined && { retryAfterMs }) };
    case 'unavailable':
      return {
        cause: 'temporarily-unavailable',
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
    case 'auth_failed':
      return { cause: 'credential-invalid' };
    case 'not_found':
      return { cause: 'configuration-invalid' };
    case 'invalid_input':
    case 'outcome_unknown':
    case 'rejected':
    case 'unexpected_response':
      return undefined;
  }
}

/** The failed item as data, for "Continue On Fail" and for the error output. */
export function errorItem(
  nodeError: NodeApiError | NodeOperationError,
  error: unknown,
): IDataObject {
  const item: IDataObject = { error: nodeError.message };
  if (nodeError.description) item['description'] = nodeError.description;
  if (isProviderError(error)) {
    item['code'] = error.code;
    if (error.reason !== undefined) item['reason'] = error.reason;
    if (error.status !== undefined) item['httpCode'] = error.status;
    return item;
  }
  // What the runner refused.
  const { code } = nodeError.context;
  if (typeof code === 'string') item['code'] = code;
  if (
    nodeError instanceof NodeApiError &&
    nodeError.httpCode !== null &&
    nodeError.httpCode !== ''
  ) {
    item['httpCode'] = Number(nodeError.httpCode);
  }
  return item;
}
