import type { ExecutionError, INodeExecutionData, IRun } from 'n8n-workflow';
import { lastOf, type N8nPlace, runN8n } from './n8n-process';

/** An execution in a real n8n, over. */
export interface Execution {
  readonly status: string;
  /** What ended it, where something did. */
  readonly error: ExecutionError | undefined;
  /** What a node gave out at its last run, by its first output; empty where it did not run. */
  items(node: string): readonly INodeExecutionData['json'][];
  /** The same with the item of the input that each belongs to. */
  paired(node: string): readonly INodeExecutionData[];
  /** How often a node ran. */
  runs(node: string): number;
  /** From its first node to its last, by n8n's clock. */
  readonly ms: number;
  /** Of all runs of one node. */
  tookMs(node: string): number;
  /** The most memory that n8n's process had, in bytes: starting it and printing the result are in it. */
  readonly peak: number;
}

/** Executes a workflow as n8n's command does. It begins at its manual trigger. */
export async function executeInN8n(
  place: N8nPlace,
  id: string,
  withinMs?: number,
): Promise<Execution> {
  const { messages, peak } = await runN8n(
    place,
    ['execute', `--id=${id}`, '--rawOutput'],
    withinMs,
  );
  const run = messages.map(asRun).find((found) => found !== undefined);
  if (run === undefined) throw new Error(`n8n executed nothing: ${lastOf(messages)}`);
  const { runData, error } = run.data.resultData;
  const paired = (node: string) => runData[node]?.at(-1)?.data?.['main']?.[0] ?? [];
  return {
    status: run.status,
    error,
    paired,
    items: (node) => paired(node).map(({ json }) => json),
    runs: (node) => runData[node]?.length ?? 0,
    ms: Date.parse(String(run.stoppedAt)) - Date.parse(String(run.startedAt)),
    tookMs: (node) =>
      (runData[node] ?? []).reduce((sum, { executionTime }) => sum + executionTime, 0),
    peak,
  };
}

/** Other lines of the log come before and after it, whatever --rawOutput says. */
function asRun(message: string): IRun | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    const run = JSON.parse(message) as Partial<IRun>;
    return run.data?.resultData === undefined ? undefined : (run as IRun);
  } catch {
    return undefined;
  }
}
