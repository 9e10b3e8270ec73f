/** The ledger cannot do what was asked; the message is a sentence for people. Nothing was written. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
