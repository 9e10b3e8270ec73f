import type { IDataObject } from 'n8n-workflow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { campaignMethods } from '../../nodes/Campaign/methods';
import { variableField } from '../../nodes/shared/mapped';
import { type TestLedger, testLedger } from '../support/ledger';
import { fakeContext } from '../support/n8n-context';
import { overFetch } from '../support/n8n-fetch';
import { type ApiPlace, asked, openApi } from '../worker/api/campaign-fixture';
import { failing } from './campaign-fixture';

/** What the editor lists, from a real runner with a sandbox. */

let opened: TestLedger;
let api: ApiPlace;
beforeAll(async () => {
  opened = await testLedger();
  api = await openApi(opened);
});
afterAll(async () => {
  await api.close();
  await opened.close();
});

const { listSearch, resourceMapping } = campaignMethods;
const asking = (parameters: IDataObject = {}) =>
  fakeContext({ ...overFetch(api.url), parameters }).context;
const chosen = (value: string) => ({ mode: 'list', value });
const ACCOUNT = { account: chosen('support') };
const INBOX = { ...ACCOUNT, inbox: chosen('2') };

it('lists the accounts, and those whose name contains what is typed', async () => {
  const all = await listSearch.searchAccounts.call(asking());
  expect(all.results).toEqual([{ name: 'support (Chatwoot)', value: 'support' }]);
  expect((await listSearch.searchAccounts.call(asking(), 'nobody')).results).toEqual([]);
});

it('lists the inboxes of the chosen account, and the templates of the chosen inbox', async () => {
  const inboxes = await listSearch.searchInboxes.call(asking(ACCOUNT));
  expect(inboxes.results).toContainEqual({ name: 'SMS (sms)', value: '3' });
  const none = { account: chosen('') };
  const first = await failing(listSearch.searchInboxes.call(asking(none)));
  expect(first.message).toBe('Choose an account first');
  const templates = await listSearch.searchTemplates.call(asking(INBOX));
  expect(templates.results).toContainEqual({
    ...{ name: 'order_update (en)', value: 'order_update|en' },
  });
  const expression = { account: chosen('={{ $json.account }}'), inbox: chosen('2') };
  for (const [parameters, words] of [
    [none, 'Choose an account first'],
    [expression, 'Choose an account first'],
    [{ ...ACCOUNT, inbox: chosen('') }, 'Choose an inbox first'],
  ] as const) {
    const error = await failing(listSearch.searchTemplates.call(asking(parameters)));
    expect(error.message).toBe(words);
  }
});

it('lists the campaigns, the newest first, page by page', async () => {
  for (const name of ['one', 'two', 'three']) {
    await api.ask('/campaigns', { json: asked({ name }) });
  }
  const { results, paginationToken } = await listSearch.searchCampaigns.call(asking());
  expect(results.map(({ name }) => name)).toEqual([
    ...['three (importing)', 'two (importing)', 'one (importing)'],
  ]);
  expect(paginationToken).toBeUndefined();
  const { body } = await api.ask('/campaigns?limit=2');
  const rest = await listSearch.searchCampaigns.call(asking(), '', body['next'] as string);
  expect(rest.results.map(({ value }) => value)).toEqual(['one']);
});

it('has a field for each variable of the template, with the words around it', async () => {
  const template = { ...INBOX, template: chosen('order_update|en') };
  const { fields } = await resourceMapping.getTemplateVariables.call(asking(template));
  expect(fields.map(({ id, displayName }) => [id, displayName])).toEqual([
    ['1', expect.stringContaining('Hi {{1}}')],
    ['2', expect.stringContaining('order {{2}}')],
  ]);
  const gone = { ...INBOX, template: chosen('gone|en') };
  expect(await resourceMapping.getTemplateVariables.call(asking(gone))).toEqual({
    fields: [],
    emptyFieldsNotice: 'The inbox has no such template.',
  });
  const none = await resourceMapping.getTemplateVariables.call(asking({ ...INBOX, template: '' }));
  expect(none.emptyFieldsNotice).toMatch(/^Choose an account/);
});

it('no other variable is cut in two by the words around one', () => {
  const body = 'Hello {{1}}, your order is {{2}}';
  const shown = (param: string) => variableField(param, body).displayName;
  expect(shown('1')).toBe('1: …Hello {{1}}, your order is…');
  expect(shown('2')).toBe('2: …, your order is {{2}}…');
  const long = `{{ ${'x'.repeat(60)} }}, hi`;
  expect(variableField('x'.repeat(60), long).displayName).toContain(' }}…');
});

it('says in words what does not work', async () => {
  const nobody = listSearch.searchInboxes.call(asking({ account: chosen('nobody') }));
  expect((await failing(nobody)).message).toMatch(/no account of that name/);
});
