import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Inbox } from '../../../providers/provider';
import { campaignOf } from '../../../worker/campaign/campaign-file';
import { type CheckOptions, checkCampaign } from '../../../worker/campaign/check';
import { createDuplicates } from '../../../worker/campaign/duplicates';
import { finishTime, paceOf } from '../../../worker/campaign/forecast';
import { createQuietClock } from '../../../worker/campaign/hours';
import { openList } from '../../../worker/campaign/list/open-list';
import { printCheck } from '../../../worker/campaign/print-check';

const folder = mkdtempSync(join(tmpdir(), 'check-'));
afterAll(() => rmSync(folder, { recursive: true }));

// 15 June 2026, 12:00 in New York; the night in Sydney.
const NOW = Date.UTC(2026, 5, 15, 16);
const INBOX: Inbox = {
  id: '3',
  name: 'Support',
  channel: 'sms',
  addressKinds: ['phone'],
  text: true,
  template: true,
  replyWindow: false,
  lookup: true,
  facts: {},
};
const CAPABILITIES: CheckOptions['capabilities'] = {
  calls: {
    cold: ['contact', 'conversation', 'lookup', 'message'],
    found: ['message'],
    warm: ['message'],
  },
  limits: { contact: 4 },
  attachments: null,
};
const FILE = {
  name: 'spring',
  account: 'a',
  inbox: 3,
  audience: { file: 'x.csv', country: 'US' },
  consent: { method: 'form' },
  message: { text: "Hi {{ firstName | default: 'there' }}, order {{ order }}." },
};
const LIST = `Mobile,First name,Order,TZ
202-555-0100,Ann,A1,America/New_York
202-555-0101,,A2,America/New_York
12,Bob,A3,
,Cid,A4,
(202) 555 0100,Ann again,A5,
202-555-0102,Dee,,
202-555-0103,Żaneta,${'A'.repeat(80)},Australia/Sydney
202-555-0104,Eve,A8,America/New_York
`;

async function check(more: Record<string, unknown> = {}, options: Partial<CheckOptions> = {}) {
  const path = join(folder, 'people.csv');
  writeFileSync(path, LIST);
  return checkCampaign({
    campaign: campaignOf({ ...FILE, ...more }, 'x'),
    list: await openList(path),
    inbox: INBOX,
    capabilities: CAPABILITIES,
    limits: {},
    nowMs: NOW,
    ...options,
  });
}

describe('a check', () => {
  test('counts every row once, with reasons and the first rows of each', async () => {
    const result = await check();
    expect(result).toMatchObject({ total: 8, ready: 4 });
    expect(result.skipped.map(({ reason, count, rows }) => [reason, count, rows])).toEqual([
      ['invalid_address', 1, [{ row: 4, detail: 'too few digits', raw: '12' }]],
      ['no_address', 1, [{ row: 5, detail: 'the cell is empty', raw: '' }]],
      ['duplicate', 1, [{ row: 6, detail: 'the same address as row 2', raw: '(202) 555 0100' }]],
      ['missing_variable', 1, [{ row: 7, detail: '{{ order }} is empty', raw: '202-555-0102' }]],
    ]);
    const hidden = await check({}, { hideAddresses: true });
    expect(JSON.stringify(hidden.skipped)).not.toContain('555');
  });

  test('shows the first message, one from the middle, and the longest, of real rows', async () => {
    const { previews, segments } = await check();
    expect(previews.map(({ row, which, segments: n }) => [row, which, n])).toEqual([
      [2, 'first', 1],
      [3, 'middle', 1],
      [8, 'longest', 2],
    ]);
    expect(previews[1]?.text).toBe('Hi there, order A2.');
    expect(segments).toEqual({ total: 5, max: 2, gsm7: 3, ucs2: 1 });
  });

  test('knows the pace of each kind of call, and where the night is', async () => {
    const result = await check(
      { throttle: { perSecond: 8 }, quietHours: { from: '20:00', to: '09:00', zone: 'recipient' } },
      { limits: { message: 2 } },
    );
    expect(result.pace.known).toMatchObject({ perSecond: 2, limitedBy: 'message' });
    expect(result.pace.cold).toMatchObject({ perSecond: 2, calls: { contact: 1, message: 1 } });
    const sydney = Date.UTC(2026, 5, 15, 23);
    expect(result.places).toEqual([
      { place: 'America/New_York', ready: 3, quietUntilMs: null, never: false },
      { place: 'Australia/Sydney', ready: 1, quietUntilMs: sydney, never: false },
    ]);
    expect(result.finish.known).toBe(sydney + 500);
  });

  test('warns of what is allowed and yet likely a mistake', async () => {
    const warnings = async (more: Record<string, unknown>, inbox: Partial<Inbox> = {}) =>
      (await check(more, { inbox: { ...INBOX, ...inbox } })).warnings.join('\n');
    expect(await warnings({})).toBe('');
    expect(await warnings({ consent: undefined })).toContain('Nothing states why these people');
    expect(await warnings({}, { channel: 'whatsapp', replyWindow: true })).toContain(
      'use a template',
    );
    expect(await warnings({ message: { text: 'It’s {{ order }}' } })).toContain(
      'The text holds ’, which',
    );
    expect(await warnings({ throttle: { perSecond: 0.1 }, expiresAfter: '10s' })).toContain(
      'longer than the 10s',
    );
    const template = { template: { name: 't', params: ['a\n{{ order }}'] } };
    expect(await warnings({ message: template }, { channel: 'whatsapp' })).toContain(
      '4 rows have a line break, a tab or five spaces in a template value, which WhatsApp refuses. Rows 2, 3, 8, 9.',
    );
  });

  test('refuses attachments where there can be none', async () => {
    await expect(check({ message: { text: 'x', attachments: ['a.png'] } })).rejects.toThrow(
      'this platform takes no files. Put a link into the text instead',
    );
  });

  test('prints plain sentences', async () => {
    const result = await check({
      throttle: { perSecond: 8 },
      quietHours: { from: '20:00', to: '09:00', zone: 'recipient' },
      consent: undefined,
    });
    const lines = printCheck(result, 'UTC');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "spring: 4 of 8 rows are ready.
      List: people.csv (CSV, UTF-8, commas); addresses from the column "Mobile".

      1 address cannot be used. It is skipped. Row 4 (12).
        Too few digits.

      1 row has no address. It is skipped. Row 5.
        The cell is empty.

      1 row repeats an address. It is skipped. Row 6.

      1 row lacks a value that the message names. It is skipped. Row 7.
        {{ order }} is empty.

      The first (row 2, 1 segment):
        │ Hi Ann, order A1.

      One from the middle (row 3, 1 segment):
        │ Hi there, order A2.

      The longest (row 8, 2 segments):
        │ Hi Żaneta, order
        │ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.

      Segments: 5 in all, at most 2 a message (3 messages in GSM-7, 1 in UCS-2).
      Calls: 4 (contact, conversation, lookup, message) for somebody new; 1 (message) for somebody known.
      Pace: 4/s (by the limit of contact calls) if all are new, 8/s (by the throttle) if all are
        known.
      Finished: 2026-06-15 23:00 UTC if all are new, 2026-06-15 23:00 UTC if all are known, when
        started now.
      Quiet hours now for 1 person: Australia/Sydney 1, until 2026-06-15 23:00 UTC.

      Note: Nothing states why these people may be written to. Add consent: {method, detail}, or the
            column that holds it."
    `);
  });

  test('keeps control characters of a list away from the terminal', async () => {
    const path = join(folder, 'odd.csv');
    writeFileSync(path, 'Phone,Name\n2025550100,\u001b[31mred\u202e\n');
    const result = await check(
      { message: { text: 'Hi {{ name }}' } },
      { list: await openList(path) },
    );
    const printed = printCheck(result).join('\n');
    expect(printed).not.toContain('\u001b');
    expect(printed).not.toContain('\u202e');
  });
});

test('duplicates name the row in which an address came first, however many there are', () => {
  const duplicates = createDuplicates();
  let mistaken = 0;
  for (let i = 1; i <= 300_000; i++) if (duplicates.add(`+1202${i}`, i) !== null) mistaken++;
  expect(mistaken).toBe(0);
  for (let i = 1; i <= 300_000; i += 1000) expect(duplicates.add(`+1202${i}`, 1)).toBe(i);
});

describe('forecast', () => {
  test('the scarcest kind of call sets the pace', () => {
    const pace = paceOf({
      calls: ['lookup', 'lookup', 'message'],
      defaults: { lookup: 3, message: 2 },
      limits: { message: null },
      throttlePerSecond: 5,
    });
    expect(pace).toEqual({ calls: { lookup: 2, message: 1 }, perSecond: 1.5, limitedBy: 'lookup' });
  });

  test('waits through quiet hours and shares the time that is left', () => {
    const quiet = createQuietClock({ from: 20 * 60, to: 9 * 60 });
    const start = Date.UTC(2026, 5, 15, 19, 59, 50);
    const people = new Map([['UTC', 15]]);
    expect(finishTime(people, 1, quiet, start)).toBe(Date.UTC(2026, 5, 16, 9, 0, 5));
    expect(finishTime(people, null, null, start)).toBe(start);
    expect(finishTime(new Map([['country:ZZ', 1]]), 1, quiet, start)).toBeNull();
  });
});
