import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { begin, writeAccounts } from '../command';
import { withFolder } from '../folder';
import { writeList } from '../list';
import { watchMachine } from '../machine';
import { count, median, type Row } from '../row';
import { type Platform, startPlatform } from '../start-platform';

const TIMES = 5;
const ROWS = 10_000;
const MOST_MS = 2_000;

const CAMPAIGN = `name: first
account: bench
inbox: "1"
audience:
  file: list.csv
  country: US
  columns: { phone: Mobile, firstName: First name, timezone: TZ }
consent: { column: opted in, method: form }
message:
  text: "Hi {{ firstName | default: 'there' }}, your order {{ order }} is ready."
`;

interface First {
  /** From the start of the process to the end of the check. */
  readonly check: number;
  /** From there to the first delivering request. */
  readonly message: number;
}

/** `campaign run` with 10,000 rows: from the end of its check, when it prints what it found, to the first message. */
export async function firstMessage(): Promise<Row[]> {
  const platform = await startPlatform(20);
  const busy = watchMachine();
  try {
    const found: First[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      found.push(await withFolder((folder) => measure(folder, platform)));
    }
    const ms = median(found.map(({ message }) => message));
    const check = median(found.map((each) => each.check));
    return [
      {
        what: `first message after the check, ${count(ROWS)} rows`,
        figure: `${count(ms)} ms (the check, with the start of the process: ${count(check)} ms)${busy()}`,
        wanted: '< 2,000 ms',
        reached: ms < MOST_MS,
      },
    ];
  } finally {
    platform.close();
  }
}

async function measure(folder: string, platform: Platform): Promise<First> {
  writeAccounts(folder, platform.url);
  writeFileSync(join(folder, 'first.campaign.yaml'), CAMPAIGN);
  await writeList(join(folder, 'list.csv'), ROWS);
  await platform.record();
  const began = Date.now();
  const child = begin({ folder, ledger: join(folder, 'ledger.db') }, [
    'run',
    'first.campaign.yaml',
  ]);
  const over = once(child, 'exit');
  if (child.stdout === null) throw new Error('the command has no output');
  await once(child.stdout, 'data');
  const checked = Date.now();
  child.stdout.resume();
  let first: number | undefined;
  while (first === undefined) {
    await wait(20);
    [first] = (await platform.seen()).message;
    if (child.exitCode !== null && first === undefined) throw new Error('nothing was sent');
  }
  child.kill('SIGTERM');
  await over;
  return { check: checked - began, message: first - checked };
}
