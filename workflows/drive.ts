/**
 * workflows: what a campaign does over time, and nothing about how. Deterministic: no clock, no I/O, no randomness; all
 * decisions arrive as data.
 */

/** A step to take, decided elsewhere by the plan. */
export type Step =
  | { readonly kind: 'import' }
  | { readonly kind: 'run'; readonly slices: number }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly why: string }
  | { readonly kind: 'paused'; readonly why: string }
  | { readonly kind: 'end'; readonly outcome: 'finished' | 'cancelled' };

/** What an engine offers to the drive loop. */
export interface DrivePort {
  /** Asks the plan. */
  next(): Promise<Step>;
  /** Reads the list into the ledger. */
  importList(): Promise<void>;
  /** Runs one slice to its end. */
  slice(): Promise<void>;
  /** Sleeps until a moment, or until nudged; null: until nudged. */
  sleep(untilMs: number | null): Promise<void>;
  /** A chance to start anew with a short history; an engine without one does nothing. */
  rollover(): Promise<void>;
  /** True when the process is to end: nothing new is begun, what runs is drained. */
  stopping(): boolean;
}

export type DriveOutcome = 'finished' | 'cancelled' | 'stopped';

/** Drives a campaign to its end, one plan after another. */
export async function drive(port: DrivePort): Promise<DriveOutcome> {
  while (!port.stopping()) {
    const step = await port.next();
    switch (step.kind) {
      case 'import':
        await port.importList();
        break;
      case 'run':
        await all(Array.from({ length: step.slices }, () => port.slice()));
        break;
      case 'wait':
        await port.sleep(step.untilMs);
        break;
      case 'paused':
        await port.sleep(null);
        break;
      case 'end':
        return step.outcome;
    }
    await port.rollover();
  }
  return 'stopped';
}

/** Waits for every slice, also when one fails: none may go on after its campaign's drive has ended. */
async function all(slices: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(slices);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
