import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { IBinaryData } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../support/ledger';
import { type ApiPlace, openApi, untilState } from '../worker/api/campaign-fixture';
import { listOf } from '../worker/cli/fixture';
import { BY_MAIL, failing, people, runCampaign } from './campaign-fixture';

/** Lists and campaign files that lie in a binary field, by the runner's real API. */

let opened: TestLedger;
let api: ApiPlace;
beforeEach(async () => {
  opened = await testLedger();
  api = await openApi(opened);
  api.work();
});
afterEach(async () => {
  await api.close();
  await opened.close();
});

const FROM_FILE = { audience: 'file', listField: 'data', campaignOptions: { country: 'US' } };

/** A binary field, as n8n hands it over: whole, or, with `id`, as it comes. */
function file(content: string | Buffer, more: Partial<IBinaryData> = {}) {
  const bytes = Buffer.from(content);
  const data = { data: '', mimeType: 'application/json', fileName: 'x.json', ...more };
  return { data, bytes };
}

describe('a list in a file', () => {
  it('becomes a campaign that is sent, and the same file again sends nothing', async () => {
    const binary = { data: file(listOf(12)) };
    const { out } = await runCampaign(api, FROM_FILE, { binary });
    expect(out[0]?.json).toMatchObject({
      ...{ name: 'spring', sealed: true, imported: 12, intake: 'upload' },
      recipients: { given: 12, accepted: 12, skipped: [] },
    });
    expect(out[0]?.pairedItem).toEqual({ item: 0 });
    expect((await untilState(api, 'spring', 'finished')).counts).toMatchObject({ sent: 12 });
    const again = await runCampaign(api, FROM_FILE, { binary });
    expect(again.out[0]?.json).toMatchObject({ state: 'finished', imported: 12 });
    const other = failing(runCampaign(api, FROM_FILE, { binary: { data: file(listOf(13)) } }));
    expect((await other).httpCode).toBe('409');
    expect(api.sandbox.summary()).toMatchObject({ accepted: 12, doubles: 0 });
  });

  it('is streamed where n8n keeps it beside its memory', async () => {
    const binary = { data: file(listOf(12), { id: 'filesystem-v2:x' }) };
    const { out, fake } = await runCampaign(api, FROM_FILE, { binary });
    expect(out[0]?.json).toMatchObject({ imported: 12 });
    const put = fake.requests.find(({ method }) => method === 'PUT');
    expect(put?.body).toBeInstanceOf(Readable);
  });

  it('may be XLSX', async () => {
    const list = file(readFileSync('test/fixtures/people.xlsx'));
    const parameters = { ...FROM_FILE, operation: 'create', text: 'Hi' };
    const { out } = await runCampaign(api, parameters, { binary: { data: list } });
    expect(out[0]?.json).toMatchObject({ state: 'ready', sealed: true });
  });

  it('says who is skipped and why, by the rows of the list', async () => {
    const list = 'phone,name\n+12025550110,Ada\nnobody,Bob\n+12025550110,Again\n,Nil\n';
    const parameters = { ...FROM_FILE, operation: 'create' };
    const { out, fake } = await runCampaign(api, parameters, { binary: { data: file(list) } });
    expect(fake.hints.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Skipped in 'spring': .*invalid_address 1 \(row 3\)/),
    ]);
    expect(out[0]?.json['recipients']).toEqual({
      ...{ given: 4, accepted: 1 },
      skipped: expect.arrayContaining([
        { reason: 'invalid_address', count: 1, rows: [3] },
        { reason: 'duplicate', count: 1, rows: [4] },
        { reason: 'no_address', count: 1, rows: [5] },
      ]),
    });
  });

  it.each([
    [
      'without a column that it needs',
      'mail,city\nx,Reno\n',
      /No column looks like a phone.*Name it under 'Columns' in the Campaign Options, with the variable phone\n/,
    ],
    ['with a quote that never ends', `${listOf(900)}"broken,x\n`, /row 902/],
    ['without anybody', 'phone,name\nnobody,A\n', /Nobody of the 1 row can be written to/],
    ['of bytes that are no list', Buffer.alloc(3_000, 7), /^The list has a header in row 1 and no/],
  ])('%s is refused in the words of the runner', async (_, list, words) => {
    const running = runCampaign(api, FROM_FILE, { binary: { data: file(list) } });
    const error = await failing(running);
    expect(`${error.message}\n${error.description}`).toMatch(words);
    expect(error.message).not.toContain('2025550');
    expect(api.sandbox.summary()).toMatchObject({ accepted: 0 });
    // A better one is taken under the same name.
    const better = await runCampaign(api, FROM_FILE, { binary: { data: file(listOf(2)) } });
    expect(better.out[0]?.json).toMatchObject({ imported: 2 });
  });

  it('is a campaign for each item, and no two items have one name', async () => {
    const binary = { data: file(listOf(2)) };
    const named = (names: readonly string[]) => ({
      ...{ binary, items: names.map((name) => ({ name })) },
    });
    const { out } = await runCampaign(
      api,
      (item) => ({ ...FROM_FILE, name: ['a', 'b'][item] ?? '' }),
      named(['a', 'b']),
    );
    expect(out.map(({ json }) => json['name'])).toEqual(['a', 'b']);
    expect(out.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
    const same = runCampaign(api, { ...FROM_FILE, name: 'c' }, named(['c', 'c']));
    const error = await failing(same);
    expect(error.message).toBe("Items 1 and 2 have the same 'Name'");
    expect((await api.ask('/campaigns/c')).status).toBe(404);
  });

  it('that fails is one item beside the others with Continue On Fail', async () => {
    const { out } = await runCampaign(
      api,
      (item) => ({
        ...FROM_FILE,
        name: `n${item}`,
        inbox: { mode: 'id', value: item === 1 ? '99' : '3' },
      }),
      { items: [{}, {}, {}], binary: { data: file(listOf(2)) }, continueOnFail: true },
    );
    expect(out.map(({ json }) => json['name'] ?? json['error'])).toEqual([
      'n0',
      expect.stringMatching(/inbox/i),
      'n2',
    ]);
  });
});

const YAML = `name: on-disk
account: support
inbox: 3
audience:
  file: customers.csv
  country: US
consent: { method: form }
message:
  text: "Hi {{ name }}, it is time."
`;
const FILE = {
  ...{ definition: 'file', campaignFileFrom: 'text', campaignFile: YAML },
  // Of the other way to describe a campaign, hidden: they are not read.
  ...{ text: '', account: { mode: 'list', value: '' }, inbox: { mode: 'id', value: '' } },
};

describe('a campaign file', () => {
  it('takes the items, under the name that is given', async () => {
    const items = [
      { phone: '+12025550110', name: 'Ada' },
      { phone: '+12025550111', name: 'Bob' },
    ];
    const { out } = await runCampaign(api, FILE, { items });
    expect(out[0]?.json).toMatchObject({ name: 'spring', intake: 'chunks', imported: 2 });
    expect((await untilState(api, 'spring', 'finished')).counts).toMatchObject({ sent: 2 });
    const again = await runCampaign(api, FILE, { items });
    expect(again.out[0]?.json).toMatchObject({ recipients: { replayed: 2 } });
    expect((await api.ask('/campaigns/on-disk')).status).toBe(404);
  });

  it('takes a list from a file, and is JSON from another as well', async () => {
    const json = {
      ...{ account: 'support', inbox: '3', consent: { method: 'form' }, name: 'x' },
      ...{ audience: { file: 'a.csv', country: 'US' }, message: { text: 'Hi {{ name }}' } },
    };
    const { out } = await runCampaign(
      api,
      { ...FILE, audience: 'file', campaignFileFrom: 'binary', campaignFileField: 'campaign' },
      { binary: { data: file(listOf(3)), campaign: file(`\uFEFF${JSON.stringify(json)}`) } },
    );
    expect(out[0]?.json).toMatchObject({ name: 'spring', intake: 'upload', imported: 3 });
  });

  it('is refused with the line of each mistake', async () => {
    const wrong = YAML.replace('  country: US', '  contry: US').replace('inbox: 3', 'inbx: 3');
    const running = runCampaign(api, { ...FILE, campaignFile: wrong }, { items: people(2) });
    const error = await failing(running);
    const words = `${error.message} ${error.description}`;
    expect(words).toMatch(/contry.*line 6/s);
    expect(words).toMatch(/inbx.*line 3/s);
    const broken = runCampaign(api, { ...FILE, campaignFile: 'name: [a\n' }, { items: people(2) });
    expect((await failing(broken)).message).toMatch(/line 2/);
    const empty = runCampaign(api, { ...FILE, campaignFile: ' \n' }, { items: people(2) });
    expect((await failing(empty)).message).toBe('The campaign file is empty');
  });

  it('with more fields than fit into an address says so, and what to do', async () => {
    const field = (n: number) => `a_field_with_quite_a_long_name_${n}`;
    const wide = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [field(n), n]));
    const items = [{ phone: '+12025550110', name: 'Ada', ...wide }];
    const error = await failing(runCampaign(api, FILE, { items }));
    expect(error).toMatchObject({ httpCode: '431', message: 'The items have too many fields' });
    expect(error.description).toMatch(/option 'Fields'/);
    expect((await api.ask('/campaigns/spring')).status).toBe(404);
    const fields = { ...FILE, options: { fields: 'phone, name' } };
    expect((await runCampaign(api, fields, { items })).out[0]?.json).toMatchObject({ imported: 1 });
  });

  it('may name the address of its list; a path there is nothing that the runner could read', async () => {
    const address = { ...FILE, audience: 'address' };
    const path = await failing(runCampaign(api, address));
    expect(`${path.message} ${path.description}`).toMatch(/audience\.file.*cannot be a path/s);
    const far = YAML.replace('customers.csv', 'https://lists.example/customers.csv');
    const foreign = await failing(runCampaign(api, { ...address, campaignFile: far }));
    expect(foreign.message).toMatch(/--allow-lists/);
    const none = failing(runCampaign(api, { ...BY_MAIL, audience: 'address' }));
    expect((await none).message).toMatch(/^Without a campaign file there is no address/);
  });
});
