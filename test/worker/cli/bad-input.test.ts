import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { accountsYaml, campaignYaml, listOf, openPlace, type Place } from './fixture';

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());
beforeEach(() => {
  place.write('list.csv', listOf(3));
  place.write('c.yaml', campaignYaml());
  place.write('accounts.yaml', accountsYaml(place.sandbox.url));
});

/** Each: what is wrong, how it is made so, the exit code, and words that must be there. */
type Case = [what: string, make: (place: Place) => void, exit: number, ...words: string[]];
const CASES: Case[] = [
  [
    'a list that is missing',
    () => place.write('c.yaml', campaignYaml({ audience: '{ file: nowhere.csv }' })),
    2,
    'There is no file',
    'nowhere.csv',
  ],
  ['an empty list', () => place.write('list.csv', ''), 2, 'empty'],
  ['only a header', () => place.write('list.csv', 'phone,name\n'), 2, 'nothing below it'],
  [
    'no phone column',
    () => place.write('list.csv', 'a,name\n1,B\n'),
    2,
    'No column looks like',
    'a, name',
  ],
  [
    'two phone columns',
    () => place.write('list.csv', 'Phone,Mobile,name\n1,2,B\n'),
    2,
    '"Phone" (A) and "Mobile" (B)',
  ],
  ['an unclosed quote', () => place.write('list.csv', `${listOf(50)}"+1202,x\n`), 2, 'row 52'],
  [
    'nobody who can be written to',
    () => place.write('list.csv', 'phone,name\n12,B\n'),
    2,
    'Nobody of the 1 row can be written to',
  ],
  [
    'an unknown account',
    () => place.write('c.yaml', campaignYaml({ account: 'suport' })),
    2,
    'There is no account "suport"',
    'Did you mean "support"?',
  ],
  ['no accounts file', () => place.write('accounts.yaml', ''), 2, 'accounts.yaml'],
  [
    'a wrong token',
    () =>
      place.write(
        'accounts.yaml',
        accountsYaml(place.sandbox.url).replace('sandbox-token', 'wrong'),
      ),
    3,
    'does not accept',
    '401',
  ],
  [
    'a platform that is not there',
    () => place.write('accounts.yaml', accountsYaml('http://127.0.0.1:9')),
    4,
    'cannot be reached',
  ],
  [
    'no such inbox',
    () => place.write('c.yaml', campaignYaml({ inbox: '"99"' })),
    2,
    'There is no inbox "99"',
    '"3"  SMS (sms)',
  ],
  [
    'an inbox that cannot begin',
    () => place.write('c.yaml', campaignYaml({ inbox: '"8"' })),
    2,
    'cannot write to people first',
  ],
  [
    'a bad key',
    () => place.write('c.yaml', campaignYaml({ trottle: '{ perSecond: 3 }' })),
    2,
    'trottle',
    'Did you mean throttle?',
  ],
  ['bad YAML', () => place.write('c.yaml', 'name: [a\n'), 2, 'not valid YAML', 'line'],
  [
    'an unknown variable',
    () => place.write('c.yaml', campaignYaml({ message: '{ text: "Hi {{ nam }}" }' })),
    2,
    '{{ nam }}',
    'Did you mean {{ name }}?',
  ],
  [
    'an unknown template',
    () =>
      place.write(
        'c.yaml',
        campaignYaml({
          inbox: '"2"',
          message: '{ template: { name: order_updat, params: ["a", "b"] } }',
        }),
      ),
    2,
    'Did you mean "order_update"?',
  ],
  [
    'a rejected template',
    () =>
      place.write(
        'c.yaml',
        campaignYaml({
          inbox: '"2"',
          message: '{ template: { name: lottery_win, params: ["a"] } }',
        }),
      ),
    2,
    'rejected',
  ],
  [
    'a template without its params',
    () =>
      place.write(
        'c.yaml',
        campaignYaml({
          inbox: '"2"',
          message: '{ template: { name: order_update, params: ["a"] } }',
        }),
      ),
    2,
    'lacks 2',
  ],
  [
    'a template where none are taken',
    () => place.write('c.yaml', campaignYaml({ message: '{ template: { name: order_update } }' })),
    2,
    'takes no templates',
  ],
  [
    'an attachment that is not there',
    () => place.write('c.yaml', campaignYaml({ message: '{ text: Hi, attachments: [map.png] }' })),
    2,
    'map.png, which message.attachments names',
  ],
];

test.for(CASES)(
  '%s: exit code, a clear sentence, and nothing sent',
  async ([, make, exit, ...words]) => {
    make(place);
    const run = await place.campaign('run', 'c.yaml');
    expect(run.err + run.out).not.toContain('inside campaign-runner');
    for (const word of words) expect(run.err).toContain(word);
    expect(run.exit).toBe(exit);
    expect(place.sandbox.summary().accepted).toBe(0);
    const json = await place.campaign('run', 'c.yaml', '--json');
    expect(json.exit).toBe(exit);
    const last = JSON.parse(json.out.trimEnd().split('\n').at(-1) ?? '');
    expect(last.error.message).toBe(run.err.trimEnd());
  },
);

test('names and options that do not exist', async () => {
  mkdirSync(join(place.folder, 'elsewhere'), { recursive: true });
  expect((await place.campaign('status', '--ledger', 'elsewhere/none.db')).err).toContain(
    'There is no ledger elsewhere/none.db',
  );
  expect((await place.campaign('run', 'c.yaml')).exit).toBe(0);
  const status = await place.campaign('status', 'sprin');
  expect(status).toMatchObject({ exit: 2 });
  expect(status.err).toContain('Did you mean "spring"?');
  const option = await place.campaign('run', 'c.yaml', '--canari', '5');
  expect(option).toMatchObject({ exit: 2 });
  expect(option.err).toContain('Did you mean --canary?');
  expect((await place.campaign('run', 'c.yaml', '--canary', 'five')).exit).toBe(2);
  expect((await place.campaign('results', 'spring', '--state', 'faild')).err).toContain(
    'Did you mean failed?',
  );
  expect((await place.campaign('suppress', 'add', '2025550123')).err).toContain('give --country');
  const send = await place.campaign(
    'send',
    '--account',
    'support',
    '--inbox',
    '3',
    '--to',
    '12',
    '--text',
    'x',
  );
  expect(send).toMatchObject({ exit: 2 });
}, 30_000);

test('an account is tested: a token that is refused is exit code 3', async () => {
  place.write('accounts.yaml', accountsYaml(place.sandbox.url).replace('sandbox-token', 'wrong'));
  const wrong = await place.campaign('accounts', 'test');
  expect(wrong.exit).toBe(3);
  expect(wrong.err).toContain('401');
  place.write(
    'accounts.yaml',
    accountsYaml(place.sandbox.url).replace('sandbox-token', '${NO_SUCH_VARIABLE}'),
  );
  const missing = await place.campaign('accounts', 'test');
  expect(missing.exit).toBe(2);
  expect(missing.err).toContain('NO_SUCH_VARIABLE');
}, 30_000);
