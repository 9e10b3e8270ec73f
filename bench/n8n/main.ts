// A real n8n, the same list by our node and by n8n's own HTTP Request, each in a process of its own:
//   npm run build:n8n && tsc -p bench/tsconfig.json && node worker/.bench/bench/n8n/main.js [--json]
import { parseArgs } from 'node:util';
import { executeInN8n } from '../../test/support/n8n-execution';
import { importIntoN8n, type N8nPlace } from '../../test/support/n8n-process';
import { ready, sandboxCredentials } from '../../test/support/n8n-workflows';
import { startSandbox } from '../../worker/sandbox';
import { count, scaled } from '../row';
import { withN8n } from './with-n8n';
import {
  FAULTS,
  HEADER,
  HTTP_REQUEST,
  OURS,
  type Outcome,
  oursAtOnce,
  outcomeOf,
  type Way,
  workflowOf,
} from './work';

const LATENCY_MS = 20;
const WITHIN_MS = 15 * 60_000;

const CONTINUE = { onError: 'continueRegularOutput' };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1_000 };

const BOTH = [OURS, HTTP_REQUEST];
const CONDITIONS = [
  { name: 'no faults', faults: [], settings: {}, ways: [...BOTH, oursAtOnce(20)] },
  { name: '1 % faults, Continue', faults: FAULTS, settings: CONTINUE, ways: BOTH },
  { name: '1 % faults, Retry On Fail', faults: FAULTS, settings: RETRY, ways: BOTH },
] as const;
type Condition = (typeof CONDITIONS)[number];

type Measured = Outcome & { readonly requests: number };
type Row = Measured & { readonly what: string };

async function measure(place: N8nPlace, way: Way, condition: Condition): Promise<Measured> {
  const items = scaled(2_000);
  const sandbox = await startSandbox({
    ...{ latencyMs: LATENCY_MS, faults: condition.faults, requestLog: false, seed: 2026 },
  });
  try {
    const credentials = [...sandboxCredentials(sandbox), HEADER];
    await importIntoN8n(place, 'credentials', credentials);
    const workflow = workflowOf(way, sandbox.url, items, condition.settings);
    await importIntoN8n(place, 'workflow', [ready(workflow, { id: 'measured', credentials })]);
    const execution = await executeInN8n(place, 'measured', WITHIN_MS);
    const { requests } = sandbox.summary();
    return { ...outcomeOf(execution, { way, items }, sandbox.messages()), requests };
  } finally {
    await sandbox.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const rows = await withN8n(async (place) => {
    const done: Row[] = [];
    for (const condition of CONDITIONS) {
      for (const way of condition.ways) {
        const what = `${condition.name}: ${way.name}`;
        console.error(`bench: ${what} …`);
        done.push({ what, ...(await measure(place, way, condition)) });
      }
    }
    return done;
  });
  console.log(values.json ? JSON.stringify(rows) : table(rows));
}

function table(rows: readonly Row[]): string {
  const heads = [
    'n8n says',
    'time',
    'requests',
    'peak memory',
    'accepted',
    'people with two or more',
  ];
  const more = ['reported as sent', 'reported as not', 'neither accepted nor reported', 'in order'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...heads, ...more]),
    line(['', ...heads, ...more].map(() => '---')),
    ...rows.map((row) =>
      line([
        row.what,
        row.status,
        `${row.seconds.toFixed(1)} s`,
        count(row.requests),
        `${count(row.peak / 1e6)} MB`,
        ...[row.accepted, row.doubled, row.reported, row.failed, row.lost].map(count),
        row.inOrder === null ? '–' : row.inOrder ? 'yes' : 'no',
      ]),
    ),
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
