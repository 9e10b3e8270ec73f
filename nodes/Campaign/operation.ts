import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Operation, Result } from '../shared/operation';
import type { Runner } from './runner';

/** What an operation of the Campaign node works with: one runner, for one execution of the node. */
export interface CampaignExecution {
  readonly context: IExecuteFunctions;
  readonly runner: Runner;
  /** Of the execution: nothing new is begun after it. */
  readonly signal: AbortSignal | undefined;
}

/** An operation: how it is shown, which parameters it has, and what it does — with each item, or with all of them at once. */
export interface CampaignOperation extends Omit<Operation, 'work' | 'resource'> {
  readonly resource: 'campaign' | 'message';
  /** What an agent may do: look, pause, send one. What writes to a list is a person's decision. */
  readonly forAgents: boolean;
  readonly each?: (execution: CampaignExecution, item: number) => Promise<readonly Result[]>;
  readonly all?: (execution: CampaignExecution) => Promise<readonly INodeExecutionData[]>;
}
