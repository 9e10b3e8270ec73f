import Ajv from 'ajv/dist/2020';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  campaignFileJsonSchema,
  campaignOf,
  parseCampaignFile,
  readCampaignFile,
} from '../../../worker/campaign/campaign-file';
import { InputError } from '../../../worker/campaign/input-error';

const GOOD = `
name: spring-recall
account: support-inbox
inbox: 3
audience:
  file: customers.csv
  country: US
  columns: { phone: Mobile, firstName: "First name", timezone: TZ }
consent: { column: opted_in, method: list, detail: "signup form 2026" }
message:
  text: "Hi {{ firstName | default: 'there' }}, your order {{ order }} is ready."
throttle: { perSecond: 8 }
quietHours: { from: "20:00", to: "09:00", zone: recipient }
stopWhen: { failedPercent: 5, sameFailureInARow: 25 }
expiresAfter: 12h
`;

function problems(yaml: string): readonly string[] {
  try {
    parseCampaignFile(yaml, 'x.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error('accepted');
}

test('reads the whole file; numbers stand for texts', () => {
  expect(parseCampaignFile(GOOD)).toMatchObject({
    name: 'spring-recall',
    inbox: '3',
    audience: { columns: { phone: 'Mobile' } },
    expiresAfter: '12h',
  });
});

test('orchestrate may name what there is', () => {
  expect(parseCampaignFile(`${GOOD}orchestrate: slice\n`).orchestrate).toBe('slice');
  expect(parseCampaignFile(`${GOOD}orchestrate: message\n`).orchestrate).toBe('message');
});

test('what was read can be read again: it is kept as JSON', () => {
  const campaign = parseCampaignFile(GOOD);
  expect(campaignOf(JSON.parse(JSON.stringify(campaign)), 'the ledger')).toEqual(campaign);
});

test('template values may be a list or names, and numbers', () => {
  const yaml = (params: string): string =>
    GOOD.replace(/message:\n.*\n/, `message: { template: { name: t, params: ${params} } }\n`);
  const read = (params: string) => parseCampaignFile(yaml(params)).message.template?.params;
  expect(read('[a, 5]')).toEqual({ '1': 'a', '2': '5' });
  expect(read('{ 1: a, code: 5 }')).toEqual({ '1': 'a', code: '5' });
});

describe('names the key, the line and what was probably meant', () => {
  test.each([
    [
      '  text:',
      '  txet:',
      'message.txet is not a key of a campaign file (line 11). Did you mean message.text?',
    ],
    [
      'throttle: { perSecond: 8 }',
      'perSecond: 8',
      'perSecond is not a key of a campaign file (line 12). Did you mean throttle.perSecond?',
    ],
    [
      'quietHours',
      'quiethours',
      'quiethours is not a key of a campaign file (line 13). Did you mean quietHours?',
    ],
    ['name: spring-recall\n', '', 'name is missing. It must be a text.'],
    ['  file: customers.csv\n', '', 'audience.file is missing (line 5). It must be a text.'],
    [
      'country: US',
      'country: uk',
      'audience.country (line 7) must be a country code in capitals, like US or GB.',
    ],
    [
      'expiresAfter: 12h',
      'expiresAfter: 12 hours',
      'expiresAfter (line 15) must be a duration like 30m, 12h or 2d.',
    ],
    ['"20:00"', '"8pm"', 'quietHours.from (line 13) must be a time like "20:00".'],
    [
      'to: "09:00"',
      'to: "20:00"',
      'quietHours (line 13) from and to are the same: no hour would be left.',
    ],
    [
      'zone: recipient',
      'zone: Mars/Base',
      'quietHours.zone (line 13) must be recipient or a time zone like Europe/Paris.',
    ],
    ['perSecond: 8', 'perSecond: 0', 'throttle.perSecond (line 12) must be at least 0.001.'],
    [
      'failedPercent: 5',
      'failedPercent: 500',
      'stopWhen.failedPercent (line 14) must be at most 100.',
    ],
    [
      '  country: US',
      '  exclude: {}',
      'audience.exclude (line 7) needs campaigns, within or repliedWithin.',
    ],
    [
      '  country: US',
      '  exclude: { campaigns: [] }',
      'audience.exclude.campaigns (line 7) names no campaign.',
    ],
    [
      '  country: US',
      '  exclude: { campaigns: [spring-recall] }',
      'audience.exclude.campaigns (line 7) names this very campaign, in which nobody is written to twice as it is.',
    ],
    [
      '  country: US',
      '  exclude: { within: a month }',
      'audience.exclude.within (line 7) must be a duration like 30m, 12h or 2d.',
    ],
    [
      'zone: recipient',
      'zone: BST',
      'quietHours.zone (line 13) must be recipient or a time zone like Europe/Paris.',
    ],
    ['expiresAfter: 12h', 'orchestrate: row', 'orchestrate (line 15) must be slice or message.'],
    ['expiresAfter: 12h', 'engine: kafka', 'engine (line 15) must be embedded or temporal.'],
    [
      'name: spring-recall',
      'name: spring recall',
      'name (line 2) must be up to 80 letters, digits, dots, dashes or underscores, such as spring-recall.',
    ],
    [
      '  text:',
      '  template: { name: t }\n  text:',
      'message (line 10) needs either text or template, and not both.',
    ],
    [
      / {2}text:.*/,
      '  template: { name: t }\n  attachments: [map.png]',
      'message (line 10) has attachments beside a template: they go with text only; a template has its header.',
    ],
  ])('%s → %s', (from, to, sentence) => {
    expect(problems(GOOD.replace(from, to))).toContain(sentence);
  });

  test('several problems are all listed', () => {
    const yaml = GOOD.replace('inbox: 3\n', '').replace('  text:', '  txet:').replace('12h', '12');
    expect(problems(yaml)).toHaveLength(4);
  });

  test.each([
    ['', 'x.yaml is empty.'],
    ['a: [', 'x.yaml is not valid YAML, line 1:'],
    ['name: a\nname: b\n', 'x.yaml is not valid YAML, line 2: duplicate key'],
    ['- a', 'This is not a campaign file: must be a list of keys.'],
  ])('%j', (yaml, sentence) => {
    expect(problems(yaml)[0]).toContain(sentence);
  });

  test('a file that is not there', async () => {
    await expect(readCampaignFile('/no/such.yaml')).rejects.toThrow(
      'There is no campaign file /no/such.yaml.',
    );
  });
});

test('the JSON Schema accepts what the runner accepts', () => {
  const { $schema: _, ...schema } = campaignFileJsonSchema();
  const valid = new Ajv({ strict: false }).compile(schema);
  expect(valid(parse(GOOD))).toBe(true);
  expect(valid({ ...parse(GOOD), txet: 1 })).toBe(false);
});
