import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleWorkflows } from '../../scripts/bundle-workflows.mjs';
import { onTemporal, temporalProgram } from '../support/temporal';
import { playScenario, SCENARIOS } from './scenarios';

const ROOT = join(__dirname, '../..');
const BUILT = join(ROOT, 'worker/dist/workflows');
const RECORDED = join(ROOT, 'test/histories');
/** RECORD_HISTORIES=1 writes what was played into test/histories. */
const RECORD = process.env['RECORD_HISTORIES'] === '1';

// What a worker does from one moment to the next is of no interest here.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

interface History {
  readonly events: readonly { readonly eventType: string }[];
}

const recorded = (): [name: string, history: History][] =>
  readdirSync(RECORDED)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, JSON.parse(readFileSync(join(RECORDED, file), 'utf8')) as History]);

/** Replays histories; resolves with what each says that went wrong, or null. */
async function replayed(
  workflowBundle: WorkflowBundle | { readonly codePath: string },
  histories: readonly (readonly [name: string, history: object])[],
): Promise<Record<string, string | null>> {
  const told: Record<string, string | null> = {};
  const all = histories.map(([workflowId, history]) => ({ workflowId, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, all)) {
    told[workflowId] = error === undefined ? null : error.message;
  }
  return told;
}

const allFine = (histories: readonly (readonly [name: string, history: object])[]) =>
  Object.fromEntries(histories.map(([name]) => [name, null]));

test('histories of earlier versions are replayed by the workflows as they are built', async () => {
  const histories = recorded();
  const told = await replayed(
    { codePath: join(ROOT, 'worker/dist/workflow-bundle.js') },
    histories,
  );
  expect(told).toEqual(allFine(histories));
  const all = JSON.stringify(histories);
  // What there is to replay: a list that a worker read, a pause, a new history, a cancellation, a child.
  for (const what of [
    'importList',
    'nudge',
    'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
    'WORKFLOW_EXECUTION_CANCEL_REQUESTED',
    'CHILD_WORKFLOW_EXECUTION_COMPLETED',
    'sendMessage',
  ]) {
    expect(all).toContain(what);
  }
}, 60_000);

/** A copy of the built workflows, for one line to be changed. In the repository: what they import is found from there. */
let folder: string;
beforeAll(() => {
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  folder = mkdtempSync(join(ROOT, '.tmp', 'workflows-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function changed(file: string, from: string, to: string): string {
  cpSync(BUILT, join(folder, 'workflows'), { recursive: true });
  const path = join(folder, 'workflows', file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  return join(folder, 'workflows', 'index.js');
}

test.each([
  [
    'asks once more than it did',
    'drive.js',
    'known ?? (await port.next())',
    '(await port.next(), await port.next())',
  ],
  ['sends before it asks', 'drive.js', 'let known = null;', 'let known = await port.slice();'],
  [
    'waits where it did not',
    'drive.js',
    'await port.rollover();',
    'await port.sleep(Date.now() + 1000); await port.rollover();',
  ],
])(
  'a workflow that %s is refused by them',
  async (_, file, from, to) => {
    const code = await bundleWorkflows(changed(file, from, to));
    const told = await replayed({ code }, recorded());
    expect(Object.values(told).filter((error) => error?.includes('TMPRL1100'))).not.toEqual([]);
  },
  60_000,
);

test.each([
  ['node:fs', "require('node:fs').readFileSync('list.csv');"],
  ['crypto', "require('crypto').randomUUID();"],
  ['node:sqlite', "new (require('node:sqlite').DatabaseSync)(':memory:');"],
  [
    'the ledger',
    `require(${JSON.stringify(join(ROOT, 'worker/dist/worker/ledger/index.js'))}).openLedger('x');`,
  ],
  [
    'the transport',
    `require(${JSON.stringify(join(ROOT, 'worker/dist/worker/http/transport.js'))}).createTransport({});`,
  ],
])(
  'workflows that reach for %s are not bundled',
  async (_, line) => {
    const entry = changed(
      'drive.js',
      '"use strict";',
      `"use strict";\nexports.more = () => { ${line} };`,
    );
    const errors: string[] = [];
    const log = (...words: unknown[]): void => void errors.push(words.join(' '));
    await expect(bundleWorkflows(entry, { log })).rejects.toThrow();
  },
  60_000,
);

test('as they are, they are', async () => {
  const entry = changed('drive.js', '"use strict";', '"use strict"; ');
  await expect(bundleWorkflows(entry)).resolves.toContain('runCampaign');
}, 60_000);

onTemporal('what a server writes down now', () => {
  test.each(SCENARIOS)(
    '$name can be replayed',
    async (scenario) => {
      const path = temporalProgram();
      if (path === undefined) return;
      const histories = (await playScenario(scenario, path, historyToJSON)).map(
        (text, n, { length }) => {
          const name = length === 1 ? scenario.name : `${scenario.name}.${n + 1}`;
          // Who played it is of no use to anybody.
          return [
            `${name}.json`,
            JSON.parse(text.replaceAll(hostname(), 'a-host')) as History,
          ] as const;
        },
      );
      const codePath = join(ROOT, 'worker/dist/workflow-bundle.js');
      expect(await replayed({ codePath }, histories)).toEqual(allFine(histories));
      if (!RECORD) return;
      for (const file of existsSync(RECORDED) ? readdirSync(RECORDED) : []) {
        if (file.startsWith(`${scenario.name}.`)) rmSync(join(RECORDED, file));
      }
      for (const [file, { events }] of histories) {
        const lines = events.map((event) => JSON.stringify(event)).join(',\n');
        writeFileSync(join(RECORDED, file), `{ "events": [\n${lines}\n] }\n`);
      }
    },
    180_000,
  );
});
