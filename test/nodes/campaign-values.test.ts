import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameOf, piecesOf } from '../../nodes/Campaign/pieces';
import { columnsOf, lineOf, plainOf } from '../../nodes/Campaign/rows';
import { type TestLedger, testLedger } from '../support/ledger';
import { type ApiPlace, openApi } from '../worker/api/campaign-fixture';
import { BY_MAIL, failing, people, runCampaign } from './campaign-fixture';

describe('a value', () => {
  it.each<[string, unknown, unknown]>([
    ['a text', 'a\u2028b', 'a\u2028b'],
    ['a number', 1.5, 1.5],
    ['yes or no', false, false],
    ['nothing', null, null],
    ['what is no number', Number.NaN, null],
    ['a large whole number', 12345678901234567890n, '12345678901234567890'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    [
      'a date of an expression',
      DateTime.fromMillis(0, { zone: 'utc' }),
      '1970-01-01T00:00:00.000Z',
    ],
    ['a date that is none', new Date(Number.NaN), null],
    ['a list', [1], undefined],
    ['an object', { a: 1 }, undefined],
    ['what is not there', undefined, undefined],
  ])('is taken as it is, as a text, or not at all: %s', (_, given, taken) => {
    expect(plainOf(given)).toEqual(taken);
  });
});

it('the fields are those of all items, in the order in which they come, without nested ones', () => {
  const items = [
    { b: 1, nested: {}, rarely: null },
    { a: null, nested: null, rarely: [] },
    { b: Number.NaN, c: undefined },
  ];
  const hostile = JSON.parse('{"__proto__":"x","constructor":"y"}') as IDataObject;
  const all = [...items, hostile].map((json) => ({ json: json }));
  expect(columnsOf(all)).toEqual({
    ...{ names: ['b', 'a', 'constructor'], nested: ['nested', 'rarely'], mixed: null },
  });
});

it('a field that is plain in some items and nested in others is told by its first nested value', () => {
  const values = [{ a: 1, b: 2 }, { a: null }, { a: 3, b: {} }, { a: [] }, { b: {} }];
  const items = values.map((json) => ({ json }));
  expect(columnsOf(items).mixed).toEqual({ name: 'a', item: 3 });
  expect(columnsOf(items.toReversed()).mixed).toEqual({ name: 'b', item: 0 });
  expect(columnsOf(items.slice(0, 3)).mixed).toEqual({ name: 'b', item: 2 });
});

it('a line has the own fields of an item, and the first every column', () => {
  const item = { a: 1, c: [1] };
  expect(lineOf(item, ['a', 'b', 'c', 'toString'])).toBe('{"a":1}');
  expect(lineOf(item, ['a', 'b'], true)).toBe('{"a":1,"b":null}');
});

it('parts are as many rows or bytes at most, in order, and one line that is larger goes alone', () => {
  const lines = ['aaaa', 'bb', 'cc', 'dddddddddddd', 'e'];
  expect([...piecesOf(lines, { mostRows: 2, mostBytes: 8 })]).toEqual([
    { first: 0, rows: 2, lines: 'aaaa\nbb\n' },
    { first: 2, rows: 1, lines: 'cc\n' },
    { first: 3, rows: 1, lines: 'dddddddddddd\n' },
    { first: 4, rows: 1, lines: 'e\n' },
  ]);
  expect([...piecesOf([])]).toEqual([]);
  expect(nameOf(['ab', 'c'])).not.toBe(nameOf(['a', 'bc']));
});

describe('by the runner', () => {
  let opened: TestLedger;
  let api: ApiPlace;
  beforeEach(async () => {
    opened = await testLedger();
    api = await openApi(opened);
  });
  afterEach(async () => {
    await api.close();
    await opened.close();
  });
  const CREATE = { ...BY_MAIL, operation: 'create' };

  it('fields of any name and kind are taken, and what is nested is named in a hint', async () => {
    const items: IDataObject[] = [
      {
        ...{ 'E-mail address': 'a@example.org', 'first name': 'Ada', 'order.no': 7, ünï: true },
        ...{ when: new Date(0), none: null, '': 'no name', tags: ['a'] },
        address: { city: 'Reno' },
      },
      { 'E-mail address': 'b@example.org', 'first name': 'Bob', 'order.no': null },
      JSON.parse(
        '{"E-mail address":"c@example.org","first name":"C","__proto__":"x"}',
      ) as IDataObject,
    ];
    const text = "{{ firstName }} {{ order_no | default: '-' }} {{ when | default: '-' }}";
    const options = { fields: 'E-mail address, first name, order.no, ünï, when, none' };
    const { out, fake } = await runCampaign(api, { ...CREATE, text, options }, { items });
    expect(out[0]?.json).toMatchObject({ imported: 3, recipients: { accepted: 3 } });
    expect(fake.hints).toEqual([]);
    const check = await api.ask('/campaigns/spring/check', { method: 'POST' });
    const previews = check.body['previews'] as { text: string }[];
    expect(previews.map((each) => each.text)).toContain('Ada 7 1970-01-01T00:00:00.000Z');
    const all = items.map(({ '': _, ...item }) => item);
    const named = await runCampaign(api, { ...CREATE, text, name: 'all' }, { items: all });
    expect(named.fake.hints.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Left out.*'tags', 'address'/),
    ]);
  });

  it('300 fields are too many for a list, and the option Fields says which are meant', async () => {
    const wide = Object.fromEntries(Array.from({ length: 298 }, (_, n) => [`f${n}`, n]));
    const items = people(3).map((person) => ({ ...person, ...wide }));
    const error = await failing(runCampaign(api, CREATE, { items }));
    expect(`${error.message} ${error.description}`).toMatch(/at most 200 columns.*'Fields'/s);
    const options = { fields: 'email, name' };
    const { out } = await runCampaign(api, { ...CREATE, options }, { items });
    expect(out[0]?.json).toMatchObject({ imported: 3 });
  });

  it('two fields whose names are one to the runner are refused, with the way out', async () => {
    const items = people(2).map((person) => ({ ...person, Name: 'x' }));
    const error = await failing(runCampaign(api, CREATE, { items }));
    expect(`${error.message} ${error.description}`).toMatch(
      /^The list of fields names a column twice: "name" and "Name".*the option 'Fields'/s,
    );
  });

  it.each<[string, IDataObject[], string, RegExp]>([
    ['that nobody has', people(2), 'email, nmae', /^No item has the field 'nmae'/],
    [
      'that is nested',
      [...people(1), { email: 'x@example.org', name: ['x'] }],
      'email, name',
      /^The field 'name' of item 2 is not a plain value/,
    ],
  ])('a chosen field %s is refused before anybody is asked', async (_, items, fields, words) => {
    const error = await failing(runCampaign(api, { ...CREATE, options: { fields } }, { items }));
    expect(error.message).toMatch(words);
  });

  it('a field that holds a list or an object in some items only is refused before anybody is asked', async () => {
    const named = [null, { first: 'Bob' }, 'Cy'];
    const items = named.map((name, n) => ({ email: `p${n}@example.org`, name }));
    const text = "Hi {{ name | default: 'there' }}";
    const error = await failing(runCampaign(api, { ...CREATE, text }, { items }));
    expect(error.message).toBe(
      "The field 'name' of item 2 is a list or an object, and a plain value in other items",
    );
    expect(error.description).toContain("'Fields'");
    expect((await api.ask('/campaigns/spring')).status).toBe(404);
    const options = { fields: 'email' };
    const { out } = await runCampaign(api, { ...CREATE, text: 'Hi', options }, { items });
    expect(out[0]?.json).toMatchObject({ imported: 3 });
  });

  it('nothing beside lists and objects is no plain value: the field is left out, and named', async () => {
    const items = people(2).map((person, n) => ({ ...person, tags: n === 0 ? null : ['a'] }));
    const { fake } = await runCampaign(api, CREATE, { items });
    expect(fake.hints.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Left out.*'tags'/),
    ]);
  });

  it('items without any plain value are no list', async () => {
    const error = await failing(runCampaign(api, CREATE, { items: [{ a: [1] }, {}] }));
    expect(error.message).toBe('The items have no fields with plain values');
  });

  it('a value that is too long is refused by the number of its item, before anybody is added', async () => {
    const items = [...people(2_001), { email: 'x@example.org', name: 'x'.repeat(100_001) }];
    const error = await failing(runCampaign(api, CREATE, { items }));
    expect(error.message).toBe("The field 'name' of item 2002 is longer than 100,000 letters");
    expect((await api.ask('/campaigns/spring')).status).toBe(404);
  });

  it('large values go in more parts, each far below what the runner takes', async () => {
    const items = people(300).map((person) => ({ ...person, note: 'x'.repeat(90_000) }));
    const { out, fake } = await runCampaign(api, CREATE, { items });
    expect(out[0]?.json).toMatchObject({ imported: 300, recipients: { accepted: 300 } });
    const parts = fake.requests.filter(({ url }) => url.endsWith('/recipients'));
    expect(parts.length).toBe(4);
    for (const { body } of parts) expect((body as string).length).toBeLessThan(8.5 * 1_024 * 1_024);
  }, 60_000);
});
