import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, ProviderError } from '../../core/errors';
import { toNodeError } from '../../nodes/shared/errors';

const NODE: INode = {
  ...{ id: 'n1', name: 'Node', type: 'p.node', typeVersion: 1 },
  ...{ position: [0, 0], parameters: {} },
};
const failed = (code: ErrorCode, retryAfterMs?: number) =>
  toNodeError(
    NODE,
    new ProviderError(code, `fake: ${code}`, {
      ...{ provider: 'chatwoot', status: 418, detail: 'in its own words' },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    }),
    3,
  );

/** What n8n can know of an error without reading it. */
const FAILURES: Readonly<Record<ErrorCode, object | undefined>> = {
  invalid_input: undefined,
  auth_failed: { cause: 'credential-invalid' },
  not_found: { cause: 'configuration-invalid' },
  rate_limited: { cause: 'rate-limited', retryAfterMs: 1_500 },
  unavailable: { cause: 'temporarily-unavailable', retryAfterMs: 1_500 },
  outcome_unknown: undefined,
  rejected: undefined,
  unexpected_response: undefined,
};

describe.each(Object.keys(ERROR_CODES) as ErrorCode[])('an error of ours, %s', (code) => {
  it("becomes one of n8n's, with its item and what the platform said", () => {
    const error = failed(code, 1_500);
    expect(error).toBeInstanceOf(code === 'invalid_input' ? NodeOperationError : NodeApiError);
    expect(error.message).toBe(`fake: ${code}`);
    expect(error.description).toMatch(/^in its own words\. [A-Z]/);
    expect(error.context['itemIndex']).toBe(3);
    if (error instanceof NodeApiError) expect(error.httpCode).toBe('418');
  });

  it('says why in a way that n8n understands', () => {
    expect((failed(code, 1_500) as NodeApiError).failure).toEqual(FAILURES[code]);
  });
});

it("an error of n8n's own is kept, and gets its item", () => {
  const own = new NodeOperationError(NODE, 'no');
  expect(toNodeError(NODE, own, 2)).toBe(own);
  expect(own.context['itemIndex']).toBe(2);
});
