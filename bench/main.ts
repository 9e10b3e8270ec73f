// npm run bench [-- --only NAME] [--json]: figures as ratios measured in one run, never as absolute promises. `million`
// takes minutes and runs only when it is named.
import { parseArgs } from 'node:util';
import { keepHeapSmall } from '../worker/engine/heap';
import { cold } from './parts/cold';
import { firstMessage } from './parts/first-message';
import { help } from './parts/help';
import { importing } from './parts/import';
import { limiterOne } from './parts/limiter-one';
import { limiterShared } from './parts/limiter-shared';
import { pause, pauseTemporal } from './parts/pause';
import { send } from './parts/send';
import { anew, temporal } from './parts/temporal';
import { upload } from './parts/upload';
import type { Row } from './row';
import { publish, table } from './table';

const PARTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  'send-20': () => send(20),
  'send-0': () => send(0),
  cold,
  import: () => importing(100_000),
  upload: () => upload(100_000),
  'limiter-one': limiterOne,
  'limiter-200': () => limiterShared('200'),
  'limiter-1000': () => limiterShared('1000'),
  'limiter-two': () => limiterShared('two'),
  'limiter-contacts': () => limiterShared('contacts'),
  pause,
  temporal,
  'temporal-can': anew,
  'limiter-temporal': () => limiterShared('temporal'),
  'pause-temporal': pauseTemporal,
  'first-message': firstMessage,
  help,
};
const NAMED_ONLY: typeof PARTS = {
  million: () => importing(1_000_000),
  'big-upload': () => upload(1_000_000),
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { only, json } = values;
  const chosen =
    only === undefined
      ? Object.entries(PARTS)
      : Object.entries({ ...PARTS, ...NAMED_ONLY }).filter(([name]) => name.startsWith(only));
  if (chosen.length === 0) {
    throw new Error(`no part "${only}": ${Object.keys({ ...PARTS, ...NAMED_ONLY }).join(', ')}`);
  }
  const rows: Row[] = [];
  for (const [name, part] of chosen) {
    if (!json) console.log(`bench: ${name} …`);
    const found = await part();
    if (!json) for (const { what, figure } of found) console.log(`  ${what}: ${figure}`);
    rows.push(...found);
  }
  console.log(json ? JSON.stringify(rows) : `\n${table(rows)}`);
  if (only !== undefined) return;
  if (rows.some(({ voids }) => voids)) {
    process.exitCode = 1;
    console.error('The run is void: the table is not written.');
  } else publish(rows);
}

// As the command does; the bare loop runs in the same process.
keepHeapSmall();
main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
