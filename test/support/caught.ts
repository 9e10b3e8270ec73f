import { isProviderError, type ProviderError } from '../../core/errors';

/** The provider error that an action ends with; anything else fails the test. */
export async function caught(action: () => Promise<unknown>): Promise<ProviderError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (isProviderError(error)) return error;
    throw error;
  }
}
