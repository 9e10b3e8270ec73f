import type { Sandbox } from '../../worker/sandbox';
import type { Execution } from '../support/n8n-execution';
import type { N8nPlace } from '../support/n8n-process';
import type { Credential } from '../support/n8n-workflows';

/** What an example does when it is executed: a row for each file of examples/n8n, by its name without the end. */
export interface Example {
  /** What the sandbox, or something else that it needs, is like before. What it returns is called in the end. */
  readonly before?: (place: N8nPlace, sandbox: Sandbox) => Promise<(() => Promise<void>) | void>;
  /** Besides those of the sandbox. */
  readonly credentials?: (sandbox: Sandbox) => readonly Credential[];
  /** What its trigger gives out, where that is not a manual one. */
  readonly item?: object;
  /** Looks at what came of it. */
  readonly check: (execution: Execution, sandbox: Sandbox) => void | Promise<void>;
  readonly withinMs?: number;
}

export const EXAMPLES: Readonly<Record<string, Example>> = {};
