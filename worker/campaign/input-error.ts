/**
 * What a person gave us cannot be used: a file, a key, a list. The message is one or more full sentences for that
 * person, `problems` the same sentences one by one. It names rows, keys and headers, never a secret.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'invalid_input';
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[], cause?: unknown) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super(list.join('\n'), cause === undefined ? undefined : { cause });
    this.problems = list;
  }
}

/** By shape, so that it also holds across two copies of this file. */
export function isInputError(error: unknown): error is InputError {
  return error instanceof Error && error.name === 'InputError' && 'problems' in error;
}
