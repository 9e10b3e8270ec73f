import { getCountries } from 'libphonenumber-js/max';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AudienceInbox, openAudience } from '../../../worker/campaign/audience';
import { campaignOf as fileOf } from '../../../worker/campaign/campaign-file';
import {
  type Allowed,
  allowedAt,
  isZone,
  minuteOfDay,
  zonesOf,
} from '../../../worker/campaign/hours';
import { runSlice } from '../../../worker/campaign/slice';
import type { Connection } from '../../../worker/engine/connect';
import { commitGroup, control, type Ledger, results } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { onBothLedgers, running, type TestLedger, testLedger, worker } from '../../support/ledger';

/** What holds at a moment, and until when: "open until …" or "quiet until …", both in UTC. */
function at(moment: string, zones: string | readonly string[], from: string, to: string): string {
  const quiet = { from: minuteOfDay(from), to: minuteOfDay(to) };
  const answer = allowedAt([zones].flat(), quiet, Date.parse(`${moment}Z`));
  const text = (ms: number | null) =>
    ms === null ? 'ever' : new Date(ms).toISOString().slice(5, 16);
  return answer.allowed
    ? `open until ${text(answer.untilMs)}`
    : `quiet until ${text(answer.nextMs)}`;
}

describe('on the day on which the clocks change', () => {
  // 8 March 2026, 07:00 UTC: 02:00 becomes 03:00. 1 November, 06:00 UTC: 02:00 becomes 01:00.
  it.each([
    ['2026-03-08T02:00', '20:00', '09:00', 'quiet until 03-08T13:00', 'a night of twelve hours'],
    ['2026-11-01T02:00', '20:00', '09:00', 'quiet until 11-01T14:00', 'a night of fourteen hours'],
    ['2026-03-08T06:00', '02:30', '06:00', 'open until 03-08T07:00', 'a start in the missing hour'],
    ['2026-03-08T07:00', '02:30', '06:00', 'quiet until 03-08T10:00', 'after that start'],
    ['2026-03-08T06:59', '22:00', '02:30', 'quiet until 03-08T07:00', 'an end in the missing hour'],
    [
      '2026-03-08T06:00',
      '02:15',
      '02:45',
      'open until 03-09T06:15',
      'all of it in the missing hour',
    ],
    ['2026-11-01T05:00', '01:30', '06:00', 'open until 11-01T05:30', 'the first time it is 01:30'],
    ['2026-11-01T05:45', '01:30', '06:00', 'quiet until 11-01T06:00', 'until it is 01:00 again'],
    ['2026-11-01T06:15', '01:30', '06:00', 'open until 11-01T06:30', 'the second time it is 01:30'],
    ['2026-11-01T05:15', '22:00', '01:30', 'quiet until 11-01T05:30', 'the first end'],
    ['2026-11-01T05:45', '22:00', '01:30', 'open until 11-01T06:00', 'the repeated half hour'],
    ['2026-11-01T06:15', '22:00', '01:30', 'quiet until 11-01T06:30', 'the second end'],
  ])('New York, %s UTC, %s to %s: %s (%s)', (moment, from, to, answer) => {
    expect(at(moment, 'America/New_York', from, to)).toBe(answer);
  });

  // 29 March 2026, 01:00 UTC, and 25 October, 01:00 UTC.
  it.each([
    ['2026-03-28T21:00', '20:00', '09:00', 'quiet until 03-29T08:00'],
    ['2026-10-24T20:00', '20:00', '09:00', 'quiet until 10-25T09:00'],
    ['2026-03-29T00:10', '01:30', '03:00', 'open until 03-29T01:00'],
    ['2026-10-25T00:10', '01:30', '03:00', 'open until 10-25T00:30'],
    ['2026-10-25T00:40', '01:30', '03:00', 'quiet until 10-25T01:00'],
  ])('London, %s UTC, %s to %s: %s', (moment, from, to, answer) => {
    expect(at(moment, 'Europe/London', from, to)).toBe(answer);
  });

  // By half an hour: 4 April 2026, 15:00 UTC, 02:00 becomes 01:30; 3 October, 15:30 UTC, 02:00 becomes 02:30.
  it.each([
    ['2026-04-04T12:00', '20:00', '09:00', 'quiet until 04-04T22:30'],
    ['2026-10-03T12:00', '20:00', '09:00', 'quiet until 10-03T22:00'],
    ['2026-10-03T15:00', '02:15', '06:00', 'open until 10-03T15:30'],
    ['2026-04-04T14:40', '01:45', '06:00', 'open until 04-04T14:45'],
    ['2026-04-04T14:50', '01:45', '06:00', 'quiet until 04-04T15:00'],
  ])('Lord Howe, %s UTC, %s to %s: %s', (moment, from, to, answer) => {
    expect(at(moment, 'Australia/Lord_Howe', from, to)).toBe(answer);
  });

  it.each([
    ['Asia/Kolkata', '2026-03-08T14:29', '20:00', '09:00', 'open until 03-08T14:30'],
    ['Asia/Kolkata', '2026-03-08T14:30', '20:00', '09:00', 'quiet until 03-09T03:30'],
    ['Asia/Kolkata', '2026-03-08T08:00', '13:00', '15:00', 'quiet until 03-08T09:30'],
    ['America/Phoenix', '2026-03-08T04:00', '20:00', '09:00', 'quiet until 03-08T16:00'],
    ['Pacific/Apia', '2026-03-08T06:59', '20:00', '09:00', 'open until 03-08T07:00'],
    ['Pacific/Apia', '2026-03-08T07:00', '20:00', '09:00', 'quiet until 03-08T20:00'],
    // The night before the day that Samoa left out.
    ['Pacific/Apia', '2011-12-30T08:00', '20:00', '09:00', 'quiet until 12-30T19:00'],
  ])('not in %s, %s UTC, %s to %s: %s', (zone, moment, from, to, answer) => {
    expect(at(moment, zone, from, to)).toBe(answer);
  });
});

describe('the edges of the window', () => {
  it.each([
    ['2026-06-01T03:59', '00:00', '09:00', 'open until 06-01T04:00'],
    ['2026-06-01T04:00', '00:00', '09:00', 'quiet until 06-01T13:00'],
    ['2026-06-01T03:59', '20:00', '00:00', 'quiet until 06-01T04:00'],
    ['2026-06-01T04:00', '20:00', '00:00', 'open until 06-02T00:00'],
    ['2026-06-01T17:00', '13:00', '15:00', 'quiet until 06-01T19:00'],
    ['2026-06-01T19:00', '13:00', '15:00', 'open until 06-02T17:00'],
  ])('New York, %s UTC, %s to %s: %s', (moment, from, to, answer) => {
    expect(at(moment, 'America/New_York', from, to)).toBe(answer);
  });

  it('from and to alike is no window: the file is refused, and nobody is written to', () => {
    expect(at('2026-06-01T17:00', 'America/New_York', '09:00', '09:00')).toBe('quiet until ever');
  });
});

describe('where a person is', () => {
  const SMS: AudienceInbox = {
    name: 'Support',
    channel: 'sms',
    addressKinds: ['phone'],
    text: true,
    template: false,
  };
  const zoneOf = (phone: string, cell = '') => {
    const campaign = fileOf(
      {
        name: 'x',
        account: 'a',
        inbox: 3,
        audience: { file: 'x.csv', country: 'US' },
        message: { text: 'Hi' },
        quietHours: { from: '20:00', to: '09:00', zone: 'recipient' },
      },
      'x',
    );
    const audience = openAudience({ headers: ['phone', 'tz'], campaign, inbox: SMS, nowMs: 0 });
    const { zone, skip } = audience.judge({ row: 2, cells: [phone, cell] });
    return zone ?? skip?.reason;
  };

  it('the column wins; else the country of the number, whatever its area code', () => {
    expect(zoneOf('+12025550100', 'Pacific/Honolulu')).toBe('Pacific/Honolulu');
    expect(zoneOf('+12025550100')).toBe('country:US');
    expect(zoneOf('2025550100')).toBe('country:US');
    expect(zoneOf('+61491570006')).toBe('country:AU');
    const zones = zonesOf('country:US');
    expect(zones).toEqual(expect.arrayContaining(['America/New_York', 'Pacific/Honolulu']));
    // 14:00 in New York, 08:00 in Honolulu; then 09:00 there.
    expect(at('2026-06-15T18:00', zones, '20:00', '09:00')).toBe('quiet until 06-15T19:00');
    expect(at('2026-06-15T19:00', zones, '20:00', '09:00')).toBe('open until 06-16T00:00');
  });

  it('a number of no country may be anywhere: the country of the list is not taken for its own', () => {
    expect(zoneOf('+80012345678')).toBe('invalid_time_zone');
    expect(zoneOf('+80012345678', 'Europe/London')).toBe('Europe/London');
  });

  it.each(['BST', 'EST', 'IST', 'CST', 'mst', '-05:00', 'UTC+2', 'London'])(
    '"%s" names no time zone for certain',
    (name) => {
      expect(isZone(name)).toBe(false);
      expect(zoneOf('+61491570006', name)).toBe('invalid_time_zone');
    },
  );

  it.each(['UTC', 'CET', 'US/Eastern', 'EST5EDT', 'europe/london'])('"%s" does', (name) => {
    expect(isZone(name)).toBe(true);
  });

  it('every country that has phone numbers has zones', () => {
    expect(getCountries().filter((country) => zonesOf(`country:${country}`).length === 0)).toEqual(
      [],
    );
    expect(
      getCountries()
        .flatMap((country) => zonesOf(`country:${country}`))
        .every(isZone),
    ).toBe(true);
  });
});

onBothLedgers('the gate, when quiet hours begin', (open) => {
  let it_: TestLedger;
  beforeEach(async () => {
    it_ = await open();
  });
  afterEach(() => it_.close());

  it('is shut from that moment on, and before it no request may begin after it', async () => {
    const NOW = 10_000;
    const { ledger } = it_;
    const campaign = await running(ledger, 'a', 2);
    const one = await worker(ledger, campaign, NOW);
    const rows = await one.claim(2, NOW);
    const { answers } = await commitGroup(ledger, {
      campaign,
      inboxId: '1',
      lease: one.lease,
      now: NOW,
      scopes: ['account/desk/message'],
      landings: [],
      gates: rows.map(({ seq }) => ({
        seq,
        attemptId: 900 + seq,
        number: 1,
        contactId: 'c',
        conversationId: null,
        watermark: null,
        closesAt: NOW + seq * 700,
      })),
    });
    expect(answers).toEqual([
      { seq: 0, go: false, why: 'closed' },
      { seq: 1, go: true, sendAt: NOW, sendBy: NOW + 700 },
    ]);
  });
});

describe('a row that waits for its token while quiet hours begin', () => {
  let sandbox: Sandbox;
  let it_: TestLedger;
  let ledger: Ledger;
  let connection: Connection;
  beforeEach(async () => {
    sandbox = await startSandbox();
    it_ = await testLedger();
    ledger = it_.ledger;
    connection = await connectSandbox(ledger, sandbox);
  });
  afterEach(async () => {
    await connection.close();
    await it_.close();
    await sandbox.close();
  });

  it('is put back until the morning, and nothing is sent from then on', async () => {
    const campaign = await campaignOf(ledger, connection, people(30), { spec: { perSecond: 10 } });
    const run = await toRun(ledger, campaign, connection);
    const evening = Date.now() + 1_200;
    const morning = evening + 3_600_000;
    const quiet = (_place: string, now: number): Allowed =>
      now < evening ? { allowed: true, untilMs: evening } : { allowed: false, nextMs: morning };
    const placed = { ...run, quiet, place: 'Europe/London' };
    await runSlice(placed, () => false);
    // Whatever was held back in its last moment is due at once, and finds the hour quiet.
    await runSlice(placed, () => false);
    await control(ledger, 'spring', { action: 'pause' }, Date.now());
    const rows = await results(ledger, campaign.id, { states: ['pending'] });
    expect(rows.length).toBeGreaterThan(10);
    expect(sandbox.summary().accepted).toBe(30 - rows.length);
    const times = await ledger.db
      .selectFrom('recipients')
      .select('not_before')
      .where('state', '=', 'pending')
      .execute();
    expect(new Set(times.map(({ not_before: ms }) => ms))).toEqual(new Set([morning]));
    const attempts = await ledger.db
      .selectFrom('attempts')
      .select(['started_at', 'send_by'])
      .execute();
    expect(attempts.filter(({ started_at: ms }) => ms >= evening)).toEqual([]);
    expect(attempts.filter(({ send_by: ms }) => ms > evening)).toEqual([]);
  });
});
