/**
 * What an error is about, for those who answer programs by it. `conflict`: there is something of that name, or it is in a state in which
 * this cannot be done; so is what has no code. `shut`: the ledger takes nothing any more, as it was moved or replaced.
 */
export type LedgerErrorCode = 'not_found' | 'conflict' | 'busy' | 'shut';

/** The ledger cannot do what was asked; the message is a sentence for people. Nothing was written. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode | undefined;

  constructor(
    message: string,
    cause?: unknown,
    { code }: { readonly code?: LedgerErrorCode } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
