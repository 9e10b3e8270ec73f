import type { IDataObject, INodeParameters, INodeType } from 'n8n-workflow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Bird } from '../../nodes/Bird/Bird.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { Pivotcx } from '../../nodes/Pivotcx/Pivotcx.node';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { PROJECT, SMS, WORKSPACE } from '../../worker/sandbox/bird/options';
import { loadNode, type RunNode } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { expectSchema } from '../support/n8n-schema';

/** Every operation of every node, of the packed package, in n8n's own engine: its parameters are read, and its output fits. */
let sandbox: Sandbox;
let installed: InstalledPackage;
beforeAll(async () => {
  sandbox = await startSandbox();
  installed = installPackage();
  return installed.remove;
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const locator = (mode: string, value: string) => ({ __rl: true, mode, value });
const phone = '={{ $json.phone }}';
const ITEM = { phone: '+12025550123', order: 'A-7' };
const FILE = {
  data: Buffer.from('a plan').toString('base64'),
  mimeType: 'image/png',
  fileName: 'p.png',
};
const attribute = [{ name: 'city', type: 'text', value: 'London' }];

type Run = (parameters: INodeParameters) => Promise<readonly IDataObject[]>;
/** Parameters of an operation; those that need something to be there make it first. */
type Case = INodeParameters | ((run: Run) => Promise<INodeParameters>);

const inApi = { inbox: locator('id', '1'), recipient: phone, contactName: 'Ada Lovelace' };
const send = { resource: 'message', operation: 'send', text: '=Order {{ $json.order }}' };
const made = async <Name extends 'contactId' | 'conversationId' | 'messageId'>(
  run: Run,
  name: Name,
  more = inApi,
) => {
  const [sent] = await run({ ...send, ...more });
  return { [name]: sent?.[name] as string } as Record<Name, string>;
};
const inConversation = async (run: Run) => {
  const [sent] = await run({ ...send, ...inApi });
  const { conversationId, messageId } = sent ?? {};
  const url = `https://app.chatwoot.com/app/accounts/1/conversations/${conversationId as string}`;
  return { conversationId: locator('url', url), messageId: messageId as string };
};
const mapper = { matchingColumns: [], attemptToConvertTypes: false, convertFieldsToString: false };
const variables = (value: Record<string, string>) => ({
  templateVariables: {
    ...mapper,
    ...{ mappingMode: 'defineBelow', value },
    schema: Object.keys(value).map((id) => ({
      id,
      displayName: id,
      type: 'string',
      required: true,
    })),
  },
});
const custom = {
  customAttributes: {
    ...{ ...mapper, mappingMode: 'defineBelow' },
    value: { since: '2026-05-01', visits: '={{ 1 + 2 }}', vip: 'true' },
    schema: [
      { id: 'since', displayName: 'Since', type: 'dateTime' },
      { id: 'visits', displayName: 'Visits', type: 'number' },
      { id: 'vip', displayName: 'VIP', type: 'boolean' },
    ],
  },
};

const CHATWOOT: Record<string, Case> = {
  'contact:createOrFind': { ...inApi, ...custom, attributes: { attribute } },
  'contact:delete': (run) => made(run, 'contactId'),
  'contact:get': (run) => made(run, 'contactId'),
  'contact:getMany': async (run) => {
    await made(run, 'contactId');
    return { returnAll: true, filters: { sort: 'name' } };
  },
  'contact:search': async (run) => {
    await made(run, 'contactId');
    return { recipient: '2025550123', options: { defaultCountry: 'US' } };
  },
  'contact:update': async (run) => ({
    ...(await made(run, 'contactId')),
    updateFields: { name: 'Ada King', blocked: false, addLabels: 'vip, billing' },
    ...custom,
  }),
  'conversation:findOrCreate': inApi,
  'conversation:get': inConversation,
  'conversation:getMany': async (run) => {
    await inConversation(run);
    return { returnAll: false, limit: 5, filters: { inboxId: '1', status: 'open' } };
  },
  'conversation:update': async (run) => ({
    ...(await inConversation(run)),
    updateFields: {
      assignee: locator('list', '7'),
      team: locator('id', '={{ 1 + 1 }}'),
      ...{ status: 'snoozed', snoozedUntil: '={{ $now.plus({ days: 1 }) }}', priority: 'high' },
    },
    attributes: { attribute },
  }),
  'message:addIncoming': async (run) => ({
    ...(await inConversation(run)),
    text: '',
    files: { binary: [{ binaryField: 'data', contentType: '', filename: '' }] },
  }),
  'message:addNote': async (run) => ({ ...(await inConversation(run)), text: 'for {{ 1 }}' }),
  'message:delete': inConversation,
  'message:getMany': async (run) => ({ ...(await inConversation(run)), returnAll: true }),
  'message:send': async (run) => {
    await inConversation(run);
    const url = `${sandbox.url}/health`;
    return {
      ...{ ...inApi, text: '' },
      files: {
        binary: [{ binaryField: 'data', contentType: '', filename: '' }],
        file: [{ url, contentType: 'application/json', filename: 'health.json' }],
      },
    };
  },
  'message:sendTemplate': {
    ...{ ...inApi, inbox: locator('id', '2'), template: locator('list', 'order_update|en') },
    ...variables({ '1': '={{ $json.order }}', '2': 'B-8' }),
  },
  'message:updateStatus': async (run) => ({
    ...(await inConversation(run)),
    ...{ status: 'failed', failure: 'no such number' },
  }),
  'template:getMany': { inbox: locator('id', '2') },
};

const inSms = { ...inApi, inbox: locator('list', SMS) };
const inChannel = async (run: Run) => ({
  inbox: locator('list', SMS),
  ...(await made(run, 'messageId', inSms)),
});
const inShared = async (run: Run) => {
  const [opened] = await run({ ...inSms, resource: 'conversation', operation: 'findOrCreate' });
  return { conversationId: locator('id', opened?.['conversationId'] as string) };
};
const birdContact = async (run: Run) => {
  const [found] = await run({ ...inSms, resource: 'contact', operation: 'createOrFind' });
  return { contactId: found?.['contactId'] as string };
};
const ofChannel = { inbox: locator('list', SMS) };

const BIRD: Record<string, Case> = {
  'channel:get': ofChannel,
  'channel:getMany': {},
  'contact:create': { recipient: phone, contactName: 'Ada', attributes: { attribute } },
  'contact:createOrFind': { ...inSms, attributes: { attribute } },
  'contact:delete': birdContact,
  'contact:get': birdContact,
  'contact:getMany': async (run) => {
    await birdContact(run);
    return { returnAll: true, filters: { reverse: true } };
  },
  'contact:search': async (run) => {
    await birdContact(run);
    return { recipient: phone };
  },
  'contact:update': async (run) => ({
    ...(await birdContact(run)),
    updateFields: { name: 'Ada King', addEmail: 'ada@example.org' },
    attributes: { attribute },
  }),
  'conversation:findOrCreate': inSms,
  'conversation:get': inShared,
  'conversation:getMany': async (run) => {
    await inShared(run);
    return { returnAll: true, filters: { participant: phone } };
  },
  'conversation:getMessages': async (run) => ({ ...(await inShared(run)), returnAll: true }),
  'conversation:update': async (run) => ({
    ...(await inShared(run)),
    updateFields: { status: 'closed' },
  }),
  'media:getUploadAddress': { ...ofChannel, contentType: 'image/png', usableIn: 'channel' },
  'media:upload': { ...ofChannel, binaryField: 'data' },
  'message:get': inChannel,
  'message:getInteractions': async (run) => {
    const place = await inChannel(run);
    sandbox.bird.seed.interaction(place.messageId, 'read');
    return place;
  },
  'message:getMany': async (run) => {
    await inChannel(run);
    return { ...ofChannel, returnAll: true };
  },
  'message:getManyInWorkspace': async (run) => {
    await inChannel(run);
    return { returnAll: true };
  },
  'message:send': {
    ...inSms,
    text: '',
    files: { binary: [{ binaryField: 'data', contentType: '', filename: '' }] },
  },
  'message:sendTemplate': {
    ...{ ...inSms, template: locator('id', `${PROJECT}|en`) },
    templateParameters: {
      parameter: [
        { name: 'name', value: 'Ada' },
        { name: 'order', value: '={{ $json.order }}' },
      ],
    },
  },
  'template:getMany': {},
};

const byName = { recipient: phone, contactName: 'Ada Lovelace' };
const PIVOTCX: Record<string, Case> = {
  'contact:createOrFind': byName,
  'conversation:find': async (run) => {
    await run({ ...send, ...byName });
    return byName;
  },
  'conversation:getMany': async (run) => {
    await run({ ...send, ...byName });
    return { returnAll: true, filters: { contactName: 'ada' } };
  },
  'message:send': { ...byName, text: 'Hi' },
};

const NODES: readonly [string, INodeType, Record<string, string>, Record<string, Case>][] = [
  ['chatwoot', new Chatwoot(), { accountId: '1', token: 'sandbox-token' }, CHATWOOT],
  ['bevatel', new Bevatel(), { accountId: '1', token: 'sandbox-token' }, CHATWOOT],
  ['bird', new Bird(), { workspaceId: WORKSPACE, accessKey: 'sandbox-key' }, BIRD],
  [
    'pivotcx',
    new Pivotcx(),
    { userId: '7', teamId: '42', username: 'sandbox', password: 'sandbox-password' },
    PIVOTCX,
  ],
  [
    'pressnxpress',
    new Pressnxpress(),
    { touchpointToken: 'sandbox-sms-touchpoint', apiKey: 'sandbox-api-key' },
    { 'message:sendTemplate': { recipient: phone, additionalFields: { firstName: 'Ada' } } },
  ],
];

/** What the sandbox has not: these are seen on a fake context only. */
const ELSEWHERE: Record<string, readonly string[]> = { bird: ['media:download'] };

let executions = 0;
describe.each(NODES)('%s in the engine of n8n', (name, node, account, cases) => {
  let runNode: RunNode;
  beforeAll(async () => {
    runNode = await loadNode(installed.folder, name, `${name}Api`);
  });
  const base = () => (name === 'chatwoot' ? sandbox.url : `${sandbox.url}/${name}`);
  const execute = async (parameters: INodeParameters) => {
    executions += 1;
    return runNode({
      ...{ parameters, items: [ITEM], binary: { data: FILE } },
      credentials: { ...account, url: base() },
      executionId: `operations-${executions}`,
    });
  };
  const run: Run = async (parameters) => {
    const { result, items } = await execute(parameters);
    if (result.error !== undefined) throw result.error;
    return items.map(({ json }) => json);
  };

  it('has a case for every operation', () => {
    const offered = node.description.properties
      .filter((property) => property.name === 'operation')
      .flatMap(({ options = [], displayOptions }) =>
        options.map((option) => [
          displayOptions?.show?.['resource']?.[0] as string,
          (option as { value: string }).value,
        ]),
      )
      .map((parts) => parts.join(':'));
    const known = [...Object.keys(cases), ...(ELSEWHERE[name] ?? [])];
    expect([...new Set(known)].sort()).toEqual(offered.sort());
  });

  it.each(Object.keys(cases).filter((each) => !ELSEWHERE[name]?.includes(each)))(
    '%s',
    async (operation) => {
      const [resource = '', value = ''] = operation.split(':');
      const given = cases[operation] ?? {};
      const parameters = typeof given === 'function' ? await given(run) : given;
      const place = { resource, operation: value };
      const { result, items } = await execute({ ...place, ...parameters });
      expect(result.error).toBeUndefined();
      // An empty conversation has no messages to show.
      if (operation !== 'conversation:getMessages') expect(items.length).toBeGreaterThan(0);
      expectSchema(node, place, items);
      for (const { pairedItem } of items) expect(pairedItem).toEqual({ item: 0 });
    },
  );
});

it('what a resource mapper holds arrives as what it is', async () => {
  const runNode = await loadNode(installed.folder, 'chatwoot', 'chatwootApi');
  const place = { resource: 'contact', operation: 'createOrFind' };
  await runNode({
    ...{ parameters: { ...place, ...inApi, ...custom }, items: [ITEM] },
    credentials: { accountId: '1', token: 'sandbox-token', url: sandbox.url },
  });
  const created = sandbox.requests().find(({ path }) => path.endsWith('/contacts'));
  expect(JSON.parse(String(created?.body)).custom_attributes).toEqual({
    ...{ since: '2026-05-01', visits: 3, vip: true },
  });
});
