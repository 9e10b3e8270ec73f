import { DateTime } from 'luxon';
import type { SkipReason } from '../../core/words';
import type { CheckResult, Preview, SkippedRows } from './check';
import type { Pace } from './forecast';
import { rowNumbers } from './warnings';

const WIDTH = 96;

/** One row, and many: what is the matter with them. */
const SENTENCES: Readonly<Record<SkipReason, readonly [one: string, many: string]>> = {
  no_address: ['row has no address', 'rows have no address'],
  invalid_address: ['address cannot be used', 'addresses cannot be used'],
  invalid_row: ['row has more cells than the header', 'rows have more cells than the header'],
  duplicate: ['row repeats an address', 'rows repeat an address'],
  no_opt_in: ['person has no opt-in', 'people have no opt-in'],
  suppressed: ['person is suppressed', 'people are suppressed'],
  opted_out: ['person opted out', 'people opted out'],
  missing_variable: [
    'row lacks a value that the message names',
    'rows lack a value that the message names',
  ],
  invalid_content: ['message cannot be made', 'messages cannot be made'],
  invalid_time_zone: ['row has no usable time zone', 'rows have no usable time zone'],
  blocked: ['contact is blocked', 'contacts are blocked'],
  excluded: ['person is excluded', 'people are excluded'],
  expired: ['message expired', 'messages expired'],
  cancelled: ['row was cancelled', 'rows were cancelled'],
  forgotten: ['person is forgotten', 'people are forgotten'],
};

/** The result as lines for a terminal, in plain sentences, at most 96 columns wide. `zone` is for the finish time. */
export function printCheck(result: CheckResult, zone = 'local'): string[] {
  return [
    `${result.campaign}: ${number(result.ready)} of ${rows(result.total)} ${result.ready === 1 ? 'is' : 'are'} ready.`,
    `List: ${result.list.file} (${result.list.format}); addresses from the column "${result.list.addressColumn}".`,
    ...result.skipped.flatMap(skippedLines),
    ...result.previews.flatMap(previewLines),
    '',
    ...segmentLines(result),
    ...timeLines(result, zone),
    ...quietLines(result, zone),
    ...result.warnings.flatMap((warning) => ['', ...wrap(`Note: ${warning}`, '      ')]),
  ];
}

function skippedLines(skipped: SkippedRows): string[] {
  const [one, many] = SENTENCES[skipped.reason];
  const named = skipped.rows.map(({ row, raw }) =>
    skipped.reason === 'invalid_address' && raw !== undefined
      ? `${row} (${visible(raw.trim()).slice(0, 20)})`
      : String(row),
  );
  const first =
    `${number(skipped.count)} ${skipped.count === 1 ? one : many}. ` +
    `${skipped.count === 1 ? 'It is' : 'They are'} skipped. ${rowNumbers(named, skipped.count)}`;
  const [detail, ...more] = skipped.details;
  // Of duplicates each has a detail of its own.
  if (detail === undefined || skipped.reason === 'duplicate') return ['', ...wrap(first, '  ')];
  const why =
    more.length === 0
      ? `  ${capital(detail.detail)}.`
      : `  ${skipped.details.map((some) => `${number(some.count)}: ${some.detail}`).join('; ')}.`;
  return ['', ...wrap(first, '  '), ...wrap(why, '  ')];
}

function previewLines(preview: Preview): string[] {
  const which = {
    first: 'The first',
    middle: 'One from the middle',
    longest: 'The longest',
    last: 'The last',
  };
  const size =
    preview.segments === null
      ? ''
      : `, ${preview.segments} ${preview.segments === 1 ? 'segment' : 'segments'}`;
  return [
    '',
    `${which[preview.which]} (row ${preview.row}${size}):`,
    ...preview.text
      .split(/\r?\n/)
      .flatMap((line) => wrap(visible(line), ''))
      .map((line) => `  │ ${line}`),
  ];
}

function segmentLines(result: CheckResult): string[] {
  const { segments } = result;
  if (segments === null || result.ready === 0) return [];
  return wrap(
    `Segments: ${number(segments.total)} in all, at most ${segments.max} a message ` +
      `(${number(segments.gsm7)} messages in GSM-7, ${number(segments.ucs2)} in UCS-2).`,
    '  ',
  );
}

function timeLines(result: CheckResult, zone: string): string[] {
  const { cold, known } = result.pace;
  if (result.ready === 0) return [];
  return [
    `Calls: ${callText(cold)} for somebody new; ${callText(known)} for somebody known.`,
    ...wrap(`Pace: ${paceText(cold)} if all are new, ${paceText(known)} if all are known.`, '  '),
    ...wrap(
      `Finished: ${moment(result.finish.cold, zone)} if all are new, ` +
        `${moment(result.finish.known, zone)} if all are known, when started now.`,
      '  ',
    ),
  ];
}

function quietLines(result: CheckResult, zone: string): string[] {
  const quiet = result.places.filter((place) => place.quietUntilMs !== null);
  if (quiet.length === 0) return [];
  const people = quiet.reduce((sum, place) => sum + place.ready, 0);
  const some = quiet
    .slice(0, 5)
    .map(
      ({ place, ready, quietUntilMs }) =>
        `${place.replace('country:', '')} ${number(ready)}, until ${moment(quietUntilMs, zone)}`,
    );
  return wrap(
    `Quiet hours now for ${people === 1 ? '1 person' : `${number(people)} people`}: ${some.join('; ')}${quiet.length > 5 ? '; …' : ''}.`,
    '  ',
  );
}

function callText(pace: Pace): string {
  const calls = Object.entries(pace.calls);
  const total = calls.reduce((sum, [, times]) => sum + times, 0);
  const kinds = calls.map(([kind, times]) => (times === 1 ? kind : `${times} × ${kind}`));
  return `${total} (${kinds.join(', ')})`;
}

function paceText(pace: Pace): string {
  if (pace.perSecond === null) return 'as fast as the platform answers';
  const people =
    pace.perSecond >= 1 ? `${short(pace.perSecond)}/s` : `${short(pace.perSecond * 60)} a minute`;
  return `${people} (by ${pace.limitedBy === 'throttle' ? 'the throttle' : `the limit of ${pace.limitedBy} calls`})`;
}

function moment(ms: number | null, zone: string): string {
  return ms === null
    ? 'never'
    : DateTime.fromMillis(ms, { zone }).toFormat('yyyy-LL-dd HH:mm ZZZZ');
}

/** Control characters of a list must not reach the terminal. */
function visible(line: string): string {
  return line.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '·');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${number(count)} rows`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) +/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
