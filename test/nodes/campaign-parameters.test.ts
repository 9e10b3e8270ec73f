import type { INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { type TestLedger, testLedger } from '../support/ledger';
import { fakeContext } from '../support/n8n-context';
import { overFetch } from '../support/n8n-fetch';
import { type ApiPlace, openApi, untilState } from '../worker/api/campaign-fixture';
import { keyFor } from '../worker/api/frame-fixture';
import { BY_MAIL, bodyOf, FIELDS, failing, people, runCampaign } from './campaign-fixture';

/** What a person fills in, and what becomes of it, by the runner's real API. */

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

const campaigns = async () => (await api.ask('/campaigns')).body['items'] as unknown[];
const TWO = [
  { phone: '+12025550110', name: 'Ada', order: 'A-1' },
  { phone: '+12025550111', name: 'Bob', order: 'A-2' },
];
const TEMPLATE: INodeParameters = {
  ...{ messageType: 'template', inbox: { mode: 'id', value: '2' } },
  template: { mode: 'list', value: 'order_update|en' },
};

describe('a text that is an expression', () => {
  it.each<[string, INodeParameters]>([
    ['Text', { text: '=Hi {{ $json.name }}' }],
    ['Template Parameters', { templateParameters: { parameter: [{ name: '1', value: '=x' }] } }],
    ['Template Text', { campaignOptions: { templateText: '=x' } }],
    ['Buttons', { campaignOptions: { buttons: { values: [{ type: 'url', parameter: '=x' }] } } }],
    ['Header', { campaignOptions: { header: { values: { mediaUrl: '=x' } } } }],
  ])('in %s is refused before anybody is asked', async (label, written) => {
    const running = runCampaign(api, { text: 'Hi Ada' }, { items: TWO, written });
    const error = await failing(running);
    expect(error.message).toBe(`'${label}' is an expression`);
    expect(error.description).toContain('everybody would get that');
    expect(await campaigns()).toEqual([]);
  });

  it('is refused for a single one and for a list as well: n8n fills none of these in', async () => {
    const text = 'Hi {{ $json.name }}';
    const one = failing(runCampaign(api, { text }, { items: TWO.slice(0, 1) }));
    expect((await one).message).toBe("'Text' is an expression");
    const list = failing(runCampaign(api, { text, audience: 'file' }));
    expect((await list).message).toBe("'Text' is an expression");
    const price = { text: 'Hi {{ name }}, {{ order | prepend: "$" }} and $1' };
    const { out } = await runCampaign(api, price, { items: TWO });
    expect(out[0]?.json).toMatchObject({ imported: 2 });
  });

  it.each([['items'], ['file']])(
    'in the text of a campaign file is refused, whatever it becomes: recipients from %s',
    async (audience) => {
      const campaignFile = 'account: support\ninbox: 3\nmessage: { text: Hi }\n';
      const parameters = {
        ...{ definition: 'file', campaignFileFrom: 'text', audience, campaignFile },
      };
      for (const text of [`=${campaignFile}`, 'message: { text: "Hi {{ $json.name }}" }']) {
        const written = { campaignFile: text };
        const running = runCampaign(api, parameters, { items: TWO.slice(0, 1), written });
        expect((await failing(running)).message).toBe("'Text of the File' is an expression");
      }
      expect(await campaigns()).toEqual([]);
    },
  );

  it('of a template variable is refused where it asks n8n, and else is the text of the runner', async () => {
    const value = { 1: '={{ name }}', 2: 'no. {{ order }}' };
    const templateVariables = { mappingMode: 'defineBelow', value };
    api.work();
    const { out } = await runCampaign(api, { ...TEMPLATE, templateVariables }, { items: TWO });
    expect(out[0]?.json).toMatchObject({ imported: 2 });
    expect((await untilState(api, 'spring', 'finished')).counts).toMatchObject({ sent: 2 });
    const asking = { ...templateVariables, value: { ...value, 1: '={{ $json.name }}' } };
    const running = runCampaign(
      api,
      { ...TEMPLATE, name: 'b', templateVariables: asking },
      { items: TWO },
    );
    expect((await failing(running)).message).toBe("The template variable '1' is an expression");
  });
});

it('a template is filled in from the fields that bear the names of its variables', async () => {
  api.work();
  const templateVariables = {
    ...{ mappingMode: 'autoMapInputData', value: null },
    schema: [{ id: 'first_name' }, { id: 'gone', removed: true }],
  };
  const parameters = {
    ...{ ...TEMPLATE, template: { mode: 'list', value: 'spring_recall|en_US' } },
    templateVariables: templateVariables as unknown as INodeParameters,
  };
  const items = [{ phone: '+12025550110', 'First name': 'Ada' }];
  await runCampaign(api, parameters, { items });
  expect((await untilState(api, 'spring', 'finished')).counts).toMatchObject({ sent: 1 });
  const numbered = { ...templateVariables, schema: [{ id: '1' }] } as unknown as INodeParameters;
  const other = { ...TEMPLATE, name: 'b', templateVariables: numbered };
  expect((await failing(runCampaign(api, other, { items }))).description).toContain(
    'Map Each Variable Manually',
  );
});

describe('a parameter that differs from item to item', () => {
  it.each<[string, (item: number) => INodeParameters]>([
    ['Name', (item) => ({ name: `c${item}` })],
    ['Account', (item) => ({ account: { mode: 'name', value: item === 2 ? 'other' : 'support' } })],
    ['Inbox', (item) => ({ inbox: { mode: 'id', value: item > 0 ? '3' : '6' } })],
    ['Consent', (item) => ({ consentMethod: `form ${item}` })],
    ['Campaign Options', (item) => ({ campaignOptions: { country: item === 1 ? 'US' : 'GB' } })],
    ['Options', (item) => ({ options: { keepOpen: item === 1 } })],
    [
      'Campaign File Field',
      (item) => ({
        ...{ definition: 'file', campaignFileFrom: 'binary' },
        campaignFileField: item === 2 ? 'a' : 'b',
      }),
    ],
  ])('is refused: %s', async (label, parameters) => {
    const running = runCampaign(api, parameters, { items: people(3) });
    expect((await failing(running)).message).toBe(`'${label}' is not the same for all items`);
    expect(await campaigns()).toEqual([]);
  });

  it('is refused where it is one of a thousand', async () => {
    const odd = (item: number) => ({ name: item === 617 ? 'another' : 'c' });
    const running = runCampaign(api, odd, { items: people(1_000) });
    expect(await failing(running)).toMatchObject({
      message: "'Name' is not the same for all items",
      context: { itemIndex: 617 },
    });
    expect(await campaigns()).toEqual([]);
  });

  it('is refused where recipients are added, too', async () => {
    const running = runCampaign(
      api,
      (item) => ({ operation: 'addRecipients', campaign: { mode: 'name', value: `c${item}` } }),
      { items: people(2) },
    );
    expect((await failing(running)).message).toBe("'Campaign' is not the same for all items");
    const options = runCampaign(
      api,
      (item) => ({
        ...{ operation: 'addRecipients', campaign: { mode: 'name', value: 'c' } },
        options: { fields: item === 0 ? 'email' : 'name' },
      }),
      { items: people(2) },
    );
    expect((await failing(options)).message).toBe("'Options' is not the same for all items");
  });
});

it.each<[string, INodeParameters, RegExp]>([
  ['a name', { name: ' ' }, /^The parameter 'Name' is empty/],
  ['an account', { account: { mode: 'list', value: '' } }, /^The parameter 'Account' is empty/],
  ['an inbox', { inbox: { mode: 'list', value: '' } }, /^The parameter 'Inbox' is empty/],
  ['a text', { text: ' \n' }, /^The 'Text' is empty/],
  ['a template', { ...TEMPLATE, template: { mode: 'list', value: '' } }, /'Template' is empty/],
])('without %s nothing is asked of the runner', async (_, parameters, words) => {
  expect((await failing(runCampaign(api, parameters, { items: TWO }))).message).toMatch(words);
  expect(await campaigns()).toEqual([]);
});

it.each<[string, INodeParameters, RegExp]>([
  ['an account', { account: { mode: 'name', value: 'nobody' } }, /nobody/],
  ['an inbox', { inbox: { mode: 'id', value: '99' } }, /99/],
  ['a column', { text: 'Hi {{ nmae }}' }, /\{\{ nmae \}\} is not a column.*\{\{ name \}\}/s],
  ['a duration', { campaignOptions: { expiresAfter: 'soon' } }, /expiresAfter|Expires After/],
  ['a name', { name: 'spring recall' }, /must be up to 80 letters/],
])('what the runner refuses is told in its words: %s', async (_, parameters, words) => {
  const error = await failing(runCampaign(api, parameters, { items: TWO }));
  expect(`${error.message} ${error.description}`).toMatch(words);
  expect(await campaigns()).toEqual([]);
});

it('every option arrives', async () => {
  const campaignOptions = {
    ...{ consentColumn: 'opted', consentDetail: 'page 3', country: 'us', expiresAfter: '12h' },
    ...{ perSecond: 5, onDoubt: 'park', parallel: 2, failedPercent: 10, sameFailureInARow: 7 },
    ...{ orchestrate: 'slice', engine: 'embedded' },
    columns: { values: [{ variable: 'phone', header: 'Mobile' }] },
    exclude: { values: { campaigns: 'old, older', within: '30d', repliedWithin: '7d' } },
    quietHours: { values: { from: '20:00', to: '09:00', zone: 'recipient' } },
  };
  const { fake } = await askedFor({ campaignOptions });
  expect(bodyOf(fake)).toEqual({
    ...{ name: 'spring', account: 'support', inbox: '3', start: true },
    message: { text: 'Hi {{ name }}, it is time.' },
    audience: {
      ...{ country: 'US', columns: { phone: 'Mobile' } },
      exclude: { campaigns: ['old', 'older'], within: '30d', repliedWithin: '7d' },
      ...{ intake: 'chunks', recipientColumns: ['phone', 'name', 'order'] },
    },
    consent: { method: 'signup form', column: 'opted', detail: 'page 3' },
    quietHours: { from: '20:00', to: '09:00', zone: 'recipient' },
    stopWhen: { failedPercent: 10, sameFailureInARow: 7 },
    ...{ throttle: { perSecond: 5 }, expiresAfter: '12h', onDoubt: 'park', parallel: 2 },
    ...{ orchestrate: 'slice', engine: 'embedded' },
  });
  const template = {
    ...{ category: 'UTILITY', templateText: 'Order {{ order }}' },
    buttons: { values: [{ type: 'url', parameter: '{{ order }}' }] },
    header: { values: { mediaUrl: 'https://media.example/a.png', mediaType: 'image' } },
  };
  const templateParameters = { parameter: [{ name: '1', value: '{{ name }}' }] };
  const other = await askedFor({ ...TEMPLATE, templateParameters, campaignOptions: template });
  expect(bodyOf(other.fake)).toMatchObject({
    message: {
      template: {
        ...{ name: 'order_update', language: 'en', category: 'UTILITY' },
        ...{ params: { 1: '{{ name }}' }, text: 'Order {{ order }}' },
        buttons: [{ type: 'url', parameter: '{{ order }}' }],
        header: { mediaUrl: 'https://media.example/a.png', mediaType: 'image' },
      },
    },
  });
});

/** What is asked for, whether it is taken or not. */
async function askedFor(parameters: INodeParameters) {
  const fake = fakeContext({
    ...overFetch(api.url),
    ...{ parameters: { ...FIELDS, ...parameters }, items: 2, json: (item) => TWO[item] ?? {} },
  });
  await failing(new Campaign().execute.call(fake.context)).catch(() => undefined);
  return { fake };
}

it.each(['create', 'createAndStart', 'addRecipients'])(
  'an agent is refused %s, also for one person',
  async (operation) => {
    for (const tool of ['context', 'node'] as const) {
      const running = runCampaign(api, { operation }, { items: TWO.slice(0, 1), tool });
      expect((await failing(running)).message).toMatch(/^As a tool of an agent this node does not/);
    }
    expect(await campaigns()).toEqual([]);
  },
);

it('no items are no campaign', async () => {
  const { out, fake } = await runCampaign(api, {}, { items: [] });
  expect(out).toEqual([]);
  expect(fake.requests).toEqual([]);
});

it('what fails for the whole list is one item with Continue On Fail', async () => {
  const inbox = { mode: 'id', value: '99' };
  const { out } = await runCampaign(api, { inbox }, { items: TWO, continueOnFail: true });
  expect(out).toHaveLength(1);
  expect(out[0]?.json['error']).toMatch(/99/);
});

it('a key that may only read is told apart, and never shown', async () => {
  const key = await keyFor(opened.ledger, 'read');
  const error = await failing(
    runCampaign(api, BY_MAIL, { items: people(2), ...overFetch(api.url, { key }) }),
  );
  expect(error.httpCode).toBe('403');
  expect(JSON.stringify(error)).not.toContain(key);
});
