import { expect, test } from 'vitest';
import { createCanary } from '../../chaos/canary';
import { type Exported, judgeHistories } from '../../chaos/histories';

const canary = createCanary({
  numbers: ['+12025550142'],
  patterns: { name: /Person\d/, text: /it is time/i, token: /sandbox-token/ },
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A history as the server tells it, with something planted in one of its places. */
function history(planted: object = {}): Exported {
  const document = {
    described: { workflowExecutionInfo: { memo: {}, searchAttributes: {} }, ...planted },
    history: {
      events: [
        {
          eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
          eventTime: '2026-11-21T05:45:52.202555014Z',
          input: { payloads: [{ data: base64('{"campaign":"c0ffee42"}') }] },
        },
      ],
    },
  };
  return { file: 'campaign.json', document };
}
const leaks = (...exported: Exported[]): readonly string[] =>
  judgeHistories(exported, canary, { known: 'c0ffee42', databases: [] }).leaks;

test('ids, counters and times are no secrets', () => {
  expect(leaks(history())).toEqual([]);
  expect(canary.inText('2025-11-21 1763704752123 120255501420 {"sent":2025550143}')).toEqual([]);
});

test.each([
  [
    'a number in an argument',
    { input: { payloads: [{ data: base64('"+12025550142"') }] } },
    'address',
  ],
  [
    'a number without its plus',
    { memo: { fields: { row: { data: base64('12025550142') } } } },
    'address',
  ],
  [
    'a number as people write it',
    { failure: { message: 'no route to (202) 555-0142' } },
    'address',
  ],
  ['a number without its country', { searchAttributes: { Who: '2025550142' } }, 'address'],
  ['a name in a heartbeat', { heartbeatDetails: [{ data: base64('{"row":"Person7"}') }] }, 'name'],
  [
    'a text in a summary',
    { userMetadata: { summary: { data: base64('Hi, it is time.') } } },
    'text',
  ],
  ['a token in a stack', { failure: { cause: { stackTrace: 'at sandbox-token' } } }, 'token'],
  ['a number as the name of a field', { fields: { '+12025550142': 1 } }, 'address'],
])('%s is found, and not repeated', (_, planted, kind) => {
  const found = leaks(history(planted));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(kind);
  expect(found.join()).not.toMatch(/2025550142|202\) 555|Person7|sandbox-token|it is time/);
});

test('what is not valid UTF-8 around it hides nothing', () => {
  const bytes = Buffer.concat([
    Buffer.from([0xff, 0xfe, 0x01]),
    Buffer.from('+12025550142'),
    Buffer.from([0xc3]),
  ]);
  expect(leaks(history({ data: bytes.toString('base64') }))).toHaveLength(1);
});

test('a check that looked at nothing fails', () => {
  expect(() => leaks()).toThrow('nothing was exported');
  expect(() =>
    judgeHistories([history()], canary, { known: 'c0ffee42', databases: [__filename] }),
  ).not.toThrow();
  expect(() =>
    judgeHistories([history()], canary, { known: 'c0ffee42', databases: ['/dev/null'] }),
  ).toThrow('not in the server');
});

test("the server's own file is looked through too", () => {
  // This file holds every planted secret, as its text.
  const { leaks: found } = judgeHistories([history()], canary, {
    known: 'c0ffee42',
    databases: [__filename],
  });
  expect(found).toEqual(
    ['name', 'text', 'token', 'address'].map((kind) => `its database: ${kind}`),
  );
});
