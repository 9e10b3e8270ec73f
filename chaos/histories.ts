import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { type Canary, stringsOf } from './canary';
import { countEvents, type EventCount, type HistoryEvent, sumOf } from './events';

/** Everything that a Temporal server says of one run of a workflow, or of one schedule. */
export interface Exported {
  readonly file: string;
  readonly document: { readonly history?: { readonly events: readonly HistoryEvent[] } };
}

/**
 * Writes everything that a server knows of its namespace into a folder, which is emptied before: each run's history as the SDK replays it
 * (`*.history.json`), and its description (memo, search attributes, what is pending), and every schedule.
 */
export async function exportHistories(address: string, folder: string): Promise<Exported[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const { namespace } = client.options;
  const exported: Exported[] = [];
  const write = (file: string, document: object): void => {
    const text = JSON.stringify(document, null, 1);
    writeFileSync(join(folder, file), `${text}\n`);
    exported.push({ file, document: JSON.parse(text) as Exported['document'] });
  };
  try {
    for await (const { workflowId, runId } of client.workflow.list()) {
      const name = `${workflowId.replace(/[^\w.-]+/g, '_')}.${runId.slice(0, 8)}`;
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const { events } = JSON.parse(historyToJSON(history)) as { events: readonly HistoryEvent[] };
      writeFileSync(
        join(folder, `${name}.history.json`),
        `${JSON.stringify({ events }, null, 1)}\n`,
      );
      const execution = { workflowId, runId };
      const described = await client.workflowService.describeWorkflowExecution({
        namespace,
        execution,
      });
      write(`${name}.json`, { described, history: { events } });
    }
    for await (const { scheduleId } of client.schedule.list()) {
      const described = await client.workflowService.describeSchedule({ namespace, scheduleId });
      write(`schedule.${scheduleId.replace(/[^\w.-]+/g, '_')}.json`, described);
    }
    return exported;
  } finally {
    await connection.close();
  }
}

/** What was found in the histories of a run. */
export interface HistoryVerdict {
  readonly workflows: number;
  readonly events: EventCount;
  /** Where something personal or secret stands: a file, a path in it, and the kind. */
  readonly leaks: readonly string[];
}

/**
 * Looks for secrets in everything that was exported and in the server's own database file, as far as its bytes are text. Also counts the events.
 *
 * @throws Error when nothing was looked at: `known`, which stands in every history, has to be found in both.
 */
export function judgeHistories(
  exported: readonly Exported[],
  canary: Canary,
  { known, databases }: { readonly known: string; readonly databases: readonly string[] },
): HistoryVerdict {
  const texts = exported.flatMap(({ document }) => stringsOf(document).map(([, text]) => text));
  if (!texts.some((text) => text.includes(known)))
    throw new Error('nothing was exported of the campaign');
  const raw = databases.map((file) => readFileSync(file, 'latin1'));
  if (databases.length > 0 && !raw.some((text) => text.includes(known))) {
    throw new Error("the campaign is not in the server's database");
  }
  const inFiles = exported.flatMap(({ file, document }) =>
    canary.inJson(document).map((leak) => `${file} ${leak}`),
  );
  const inDatabase = raw
    .flatMap((text) => canary.inText(text))
    .map((kind) => `its database: ${kind}`);
  const counted = exported.flatMap(({ document }) =>
    document.history === undefined ? [] : [countEvents(document.history.events)],
  );
  return {
    workflows: counted.length,
    events: sumOf(counted),
    leaks: [...inFiles, ...inDatabase],
  };
}
