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
export { TASK_QUEUE } from './engine/temporal/tell';
