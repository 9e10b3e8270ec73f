/** What other programs use of the runner. Workflow code imports `campaign-runner/workflows` instead. */
export {
  type ActivityOptions,
  connectRunner,
  deliverWorkflowId,
  type Message,
  type Outcome,
  type Runner,
  type RunnerOptions,
  type Sent,
  type Status,
} from './engine/client';
export { type Connections, openConnections } from './engine/client/connections';
export { createActivities } from './engine/temporal/activities';
export type { Deps as ActivityDeps } from './engine/temporal/deps';
export { TASK_QUEUE } from './engine/temporal/tell';
export { type Ledger, openLedger } from './ledger';
