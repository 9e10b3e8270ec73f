import { describe, expect, test } from 'vitest';
import { type AudienceInbox, openAudience, type Verdict } from '../../../worker/campaign/audience';
import { type CampaignFile, campaignOf } from '../../../worker/campaign/campaign-file';

const NOW = Date.UTC(2026, 5, 15);
const SMS: AudienceInbox = {
  name: 'Support',
  channel: 'sms',
  addressKinds: ['phone'],
  text: true,
  template: false,
};
const HEADERS = ['Mobile', 'First name', 'Last name', 'Order', 'opted_in', 'TZ'];

function campaign(more: Record<string, unknown> = {}): CampaignFile {
  return campaignOf(
    {
      name: 'x',
      account: 'a',
      inbox: 3,
      audience: { file: 'x.csv', country: 'US' },
      consent: { column: 'Opted in', method: 'list', detail: 'form' },
      message: { text: "Hi {{ firstName | default: 'there' }}, order {{ order }}." },
      quietHours: { from: '20:00', to: '09:00', zone: 'recipient' },
      ...more,
    },
    'x',
  );
}

function judge(cells: string[], more: Record<string, unknown> = {}, inbox = SMS): Verdict {
  const audience = openAudience({ headers: HEADERS, campaign: campaign(more), inbox, nowMs: NOW });
  return audience.judge({ row: 7, cells });
}

test('a row that is ready', () => {
  expect(judge(['(202) 555-0100', ' Ann ', 'Lee', 'A1', '2026-01-02', 'America/Denver'])).toEqual({
    row: 7,
    raw: '(202) 555-0100',
    address: { kind: 'phone', value: '+12025550100' },
    profile: { name: 'Ann Lee' },
    zone: 'America/Denver',
    content: { kind: 'text', text: 'Hi Ann, order A1.' },
    consent: { method: 'list', detail: 'form', evidence: '2026-01-02', on: '2026-01-02' },
    skip: null,
  });
});

test('of a person only the name is kept, and what the inbox asks for besides', () => {
  const headers = ['Phone', 'First', 'Last', 'E-mail', 'Order', 'Opted in'];
  const cells = ['2025550100', 'Ann', 'Lee', 'Ann@Example.org', 'A1', 'yes'];
  const columns = { firstName: 'First', lastName: 'Last', order: 'Order' };
  const profileIn = (inbox: AudienceInbox, row = cells) =>
    openAudience({
      headers,
      campaign: campaign({ audience: { file: 'x.csv', country: 'US', columns } }),
      inbox,
      nowMs: NOW,
    }).judge({ row: 7, cells: row }).profile;
  expect(profileIn(SMS)).toEqual({ name: 'Ann Lee' });
  const asking = { ...SMS, asks: ['firstName', 'lastName', 'email'] as const };
  expect(profileIn(asking)).toEqual({
    name: 'Ann Lee',
    firstName: 'Ann',
    lastName: 'Lee',
    email: 'ann@example.org',
  });
  // What is no address is nobody's.
  expect(profileIn(asking, ['2025550100', 'Ann', '', 'ann at home', 'A1', 'yes'])).toEqual({
    name: 'Ann',
    firstName: 'Ann',
  });
});

test('without a time zone of its own, all zones of the number count', () => {
  expect(judge(['+61491570006', '', '', 'A1', 'y', '']).zone).toBe('country:AU');
  expect(judge(['2025550100', '', '', 'A1', 'y']).zone).toBe('country:US');
});

test('what everybody gets is not repeated on each row', () => {
  const verdict = judge(['2025550100', '', '', '', 'y', ''], {
    message: { text: 'Hello' },
    quietHours: { from: '20:00', to: '09:00', zone: 'Europe/Paris' },
  });
  expect(verdict).toMatchObject({ content: null, zone: null, skip: null });
});

describe('skips, with the reason', () => {
  test.each([
    [['', 'Ann', '', 'A1', 'y', ''], 'no_address', 'the cell is empty'],
    [['12', 'Ann', '', 'A1', 'y', ''], 'invalid_address', 'too few digits'],
    [
      ['2.02555E+09', '', '', 'A1', 'y', ''],
      'invalid_address',
      'a spreadsheet rounded the number; format the column as text',
    ],
    [['+442079460123', '', '', 'A1', 'y', ''], 'invalid_address', 'landline'],
    [['2025550100', '', '', 'A1', '', ''], 'no_opt_in', 'the cell is empty'],
    [['2025550100', '', '', 'A1', 'no', ''], 'no_opt_in', 'neither a yes nor a date'],
    [['2025550100', '', '', ' ', 'y', ''], 'missing_variable', '{{ order }} is empty'],
    [
      ['2025550100', '', '', 'A1', 'y', 'Mars/Base'],
      'invalid_time_zone',
      'not a time zone: Mars/Base',
    ],
    [['2025550100', '', '', 'A1', 'y', '', '', 'more'], 'invalid_row', '8 cells under 6 headers'],
  ])('%j', (cells, reason, detail) => {
    expect(judge(cells)).toMatchObject({ content: null, skip: { reason, detail } });
  });

  test('a landline is fine where it is not an SMS', () => {
    const whatsapp = { ...SMS, channel: 'whatsapp' as const };
    expect(judge(['+442079460123', '', '', 'A1', 'y', ''], {}, whatsapp).skip).toBeNull();
  });

  test('empty cells beyond the header are fine', () => {
    expect(judge(['2025550100', '', '', 'A1', 'y', '', '', ' ']).skip).toBeNull();
  });
});

describe('refuses what does not fit together', () => {
  test.each([
    [{ consent: { column: 'optedin_', method: 'x' } }, null],
    [
      { consent: { column: 'agreed', method: 'x' } },
      'consent.column: There is no column "agreed".',
    ],
    [
      { message: { text: '{{ odrer }}' } },
      '{{ odrer }} is not a column of the list. Did you mean {{ order }}?',
    ],
    [
      { message: { template: { name: 't' } } },
      'The inbox Support takes no templates: use message.text.',
    ],
    [
      { audience: { file: 'x', columns: { phone: 'Phone' } } },
      'audience.columns.phone: There is no column "Phone".',
    ],
  ])('%j', (more, sentence) => {
    if (sentence === null) expect(() => judge([], more)).not.toThrow();
    else expect(() => judge([], more)).toThrow(sentence);
  });

  test('quiet hours of people of whom nothing tells where they are', () => {
    const mail: AudienceInbox = { ...SMS, channel: 'mail', addressKinds: ['email'] };
    const open = () =>
      openAudience({
        headers: ['Email', 'Order'],
        campaign: campaign({
          audience: { file: 'x' },
          consent: undefined,
          message: { text: 'Hi' },
        }),
        inbox: mail,
        nowMs: NOW,
      });
    expect(open).toThrow('nothing tells where these people are');
  });
});
