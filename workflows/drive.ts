/**
 * workflows: what a campaign does over time, and nothing about how. Deterministic: no clock, no I/O, no randomness; all
 * decisions arrive as data.
 */

/** A step to take, decided elsewhere by the plan. */
export type Step =
  | { readonly kind: 'import' }
  | { readonly kind: 'run'; readonly slices: number }
  /** A workflow for each of these messages. */
  | { readonly kind: 'deliver'; readonly sends: readonly string[] }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly why: string }
  | { readonly kind: 'paused'; readonly why: string }
  | { readonly kind: 'end'; readonly outcome: DriveOutcome };

/** How a drive ended; `moved`: another engine, or another workflow, drives the campaign now. */
export type DriveOutcome = 'finished' | 'cancelled' | 'stopped' | 'moved';

/** What an engine offers to the drive loop. A step that it gives back is the plan's next one; null: the plan is to be asked. */
export interface DrivePort {
  /** Asks the plan. */
  next(): Promise<Step>;
  /** Reads the list into the ledger. */
  importList(): Promise<Step | null>;
  /** Runs one slice to its end. */
  slice(): Promise<Step | null>;
  /** Has each of these messages sent by a workflow of its own. */
  deliver(sends: readonly string[]): Promise<Step | null>;
  /** Sleeps until a moment, or until nudged; null: until nudged. */
  sleep(untilMs: number | null): Promise<void>;
  /** True when somebody has changed something since the step that is being taken was asked for. */
  nudged(): boolean;
  /** A chance to start anew with a short history; an engine without one does nothing. */
  rollover(): Promise<void>;
  /** True when the process is to end: nothing new is begun, what runs is drained. */
  stopping(): boolean;
}

/** Drives a campaign to its end, one plan after another. */
export async function drive(port: DrivePort): Promise<DriveOutcome> {
  let known: Step | null = null;
  while (!port.stopping()) {
    const step: Step = known ?? (await port.next());
    known = null;
    switch (step.kind) {
      case 'import':
        known = await port.importList();
        break;
      case 'run':
        known = await lastOf(Array.from({ length: step.slices }, () => port.slice()));
        break;
      case 'deliver':
        known = await port.deliver(step.sends);
        break;
      case 'wait':
        await port.sleep(step.untilMs);
        break;
      case 'paused':
        await port.sleep(null);
        break;
      case 'end':
        if (!port.nudged()) return step.outcome;
        break;
    }
    // What was known before somebody changed something is out of date.
    if (port.nudged()) known = null;
    await port.rollover();
  }
  return 'stopped';
}

/**
 * Waits for every slice, also when one fails: none may go on after its campaign's drive has ended. What the last one to end
 * knows is the newest.
 */
async function lastOf(slices: readonly Promise<Step | null>[]): Promise<Step | null> {
  let last: Step | null = null;
  const results = await Promise.allSettled(
    slices.map(async (slice) => {
      last = await slice;
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return last;
}
