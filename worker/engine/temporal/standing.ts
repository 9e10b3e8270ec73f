import type { Worker } from '@temporalio/worker';
import type { Trouble } from './trouble';

/** How a worker stands with its server, for whoever asks after its health. */
export interface Standing {
  /** Null while none polls. */
  worker: Pick<Worker, 'getStatus'> | null;
  /** Why the server cannot be used now. */
  trouble: Trouble | null;
}

export function createStanding(): Standing {
  return { worker: null, trouble: null };
}

/** Why this process takes no part in what Temporal has, in codes; none: it does. */
export function troublesOf(
  { worker, trouble }: Standing,
  only?: 'workflows' | 'activities',
): string[] {
  if (trouble !== null) return [`TEMPORAL_${trouble.toUpperCase()}`];
  if (worker === null) return ['TEMPORAL_NOT_CONNECTED'];
  const { runState, workflowPollerState, activityPollerState } = worker.getStatus();
  if (runState !== 'RUNNING') return [`WORKER_${runState}`];
  const codes: string[] = [];
  if (only !== 'activities' && workflowPollerState !== 'POLLING') {
    codes.push(`WORKFLOWS_${workflowPollerState}`);
  }
  if (only !== 'workflows' && activityPollerState !== 'POLLING') {
    codes.push(`ACTIVITIES_${activityPollerState}`);
  }
  return codes;
}
