import { ApplicationFailure } from '@temporalio/workflow';

/**
 * Whoever starts a workflow by hand may leave out what it is about: said once, instead of an error of the code that would be tried
 * again for ever.
 *
 * @throws ApplicationFailure `INVALID_INPUT`
 */
export function mustBeText(value: unknown): void {
  if (typeof value === 'string') return;
  throw ApplicationFailure.nonRetryable('', 'INVALID_INPUT');
}
