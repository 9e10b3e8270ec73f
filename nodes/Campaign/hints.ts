import type { IExecuteFunctions } from 'n8n-workflow';
import type { Campaign } from './api';
import { type Skipped, skippedWords } from './hand-over';

/** Says beside the output what its green colour hides: who is not written to. */
export function hintAtOutcome(
  context: IExecuteFunctions,
  { name, state }: Pick<Campaign, 'name' | 'state'>,
  { skipped, counted, start }: Outcome,
): void {
  if (skipped.length > 0) {
    hint(context, `Skipped in '${name}': ${skippedWords(skipped, counted)}`);
  }
  if (!start) return;
  if (state === 'cancelled') {
    const way = "Choose another 'Name' to write to these people";
    hint(context, `The campaign '${name}' is cancelled: it writes to nobody any more. ${way}`);
  }
  if (state === 'paused') {
    const way = "'Campaign: Resume' lets it go on";
    hint(context, `The campaign '${name}' is paused, and stays so. ${way}`);
  }
}

interface Outcome {
  readonly skipped: readonly Skipped[];
  /** What the numbers beside the reasons are. */
  readonly counted: 'item' | 'row';
  /** It was meant to write to people. */
  readonly start: boolean;
}

function hint(context: IExecuteFunctions, message: string): void {
  context.addExecutionHints({ message: `${message}.`, location: 'outputPane' });
}
