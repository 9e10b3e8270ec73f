import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020, { type AnySchema, type ErrorObject } from 'ajv/dist/2020';
import { expect, test } from 'vitest';
import {
  CONTACT_ENDPOINTS,
  LABEL_ENDPOINTS,
} from '../../../worker/sandbox/chatwoot/contact-endpoints';
import {
  CONVERSATION_ENDPOINTS,
  INBOX_ENDPOINTS,
  MESSAGE_ENDPOINTS,
} from '../../../worker/sandbox/chatwoot/conversation-endpoints';
import { DIRECTORY_ENDPOINTS } from '../../../worker/sandbox/chatwoot/directory-endpoints';
import { API, type Client, type Reply, start, TOKEN, WHATSAPP } from './client';

/**
 * What the sandbox says is held against Chatwoot's own OpenAPI document, wherever that is right. `at` begins a misfit:
 * operation, side, place. Each must still occur, so that the list cannot outlive its reasons (Chatwoot v4.15.1).
 */
const EXCEPTIONS: readonly { at: string; why: string }[] = [
  {
    at: "post /contacts request:  must have required property 'inbox_id'",
    why: 'optional in app/controllers/api/v1/accounts/contacts_controller.rb',
  },
  {
    at: 'post /contacts response: /payload must be array',
    why: 'app/views/api/v1/accounts/contacts/create.json.jbuilder: {contact, contact_inbox}',
  },
  {
    at: 'put /contacts/{id} response: no schema',
    why: 'the document says 204; update.json.jbuilder answers 200 with {payload}',
  },
  {
    at: 'post /contacts/{id}/contact_inboxes response: /inbox/provider must be string',
    why: 'null for channels without a provider, as in the schema contact_inbox beside it',
  },
  {
    at: "post /conversations request:  must have required property 'source_id'",
    why: 'optional with inbox_id and contact_id in app/builders/contact_inbox_builder.rb',
  },
  {
    at: 'post /conversations/filter response: none of data',
    why: 'filter.json.jbuilder has no data envelope; only the list has it',
  },
  {
    at: 'get /conversations response: /data/payload/*/status must be equal to one of',
    why: 'snoozed is a status in app/models/conversation.rb',
  },
  {
    at: "post /conversations/{conversation_id}/messages request:  must have required property 'content'",
    why: 'no presence validation in app/models/message.rb',
  },
  {
    at: 'post /conversations/{conversation_id}/messages response: /content must be string',
    why: 'null for a message without content',
  },
  {
    at: 'post /conversations/{conversation_id}/messages request: /template_params must have required property',
    why: 'app/models/message.rb TEMPLATE_PARAMS_SCHEMA: only name is required',
  },
  {
    at: 'post /conversations/{conversation_id}/toggle_status request:  must have required property',
    why: 'without a status it toggles in app/controllers/api/v1/accounts/conversations_controller.rb',
  },
  {
    at: 'delete /conversations/{conversation_id}/messages/{message_id} response: no schema',
    why: 'the document says no more than 200',
  },
  {
    at: 'delete /contacts/{id} response: no schema',
    why: 'the document says no more than 200',
  },
  {
    at: 'get /custom_attribute_definitions response: /*/attribute_values must be string',
    why: 'a list in app/models/custom_attribute_definition.rb',
  },
];

/** Endpoints that the document does not have; it is incomplete. */
const NOT_IN_DOCUMENT = [
  'post /inboxes/{id}/sync_templates',
  'post /contact_inboxes/filter',
  'patch /contacts/{id}',
  'post /contacts/{id}/destroy_custom_attributes',
  'patch /conversations/{conversation_id}/messages/{message_id}',
  'post /conversations/{conversation_id}/messages/{message_id}/retry',
  'get /search/messages',
];

const document = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/chatwoot-openapi-application.json'), 'utf8'),
);
const ajv = new Ajv2020({
  strict: false,
  validateSchema: false,
  validateFormats: false,
  allErrors: true,
});
ajv.addSchema(document as AnySchema, 'chatwoot');

/** Operations that were called, and their sides that were held against a schema. */
const exercised = new Set<string>();
const checked = new Set<string>();
const excused = new Set<string>();

type Schema = Record<string, unknown>;

/** Where a schema declares properties, an answer with none of them would pass without having been looked at. */
function declared(schema: Schema | undefined): string[] {
  if (schema === undefined) return [];
  if (typeof schema.$ref === 'string') {
    return declared(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema);
  }
  const parts = Array.isArray(schema.allOf) ? schema.allOf : [];
  return [
    ...Object.keys(schema.properties ?? {}),
    ...parts.flatMap((part) => declared(part as Schema)),
  ];
}

interface Side {
  readonly operation: string;
  readonly side: 'request' | 'response';
  readonly pointer: readonly string[];
  readonly value: unknown;
}

function problems({ operation, side, pointer, value }: Side): string[] {
  const path = pointer.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/');
  const validate = ajv.getSchema(`chatwoot#/${path}`);
  if (validate === undefined) throw new Error(`no schema for the ${side} of ${operation}`);
  checked.add(`${operation} ${side}`);
  void validate(value);
  const found = (validate.errors ?? []).map((error) => `${place(error)} ${error.message}`);
  const names = declared(validate.schema as Schema);
  if (side === 'response' && names.length > 0 && !names.some((name) => name in Object(value))) {
    found.push(`none of ${names.join(', ')}`);
  }
  return found.map((problem) => `${operation} ${side}: ${problem}`);
}

function isUnexcused(problem: string): boolean {
  const excuse = EXCEPTIONS.find(({ at }) => problem.startsWith(at));
  if (excuse !== undefined) excused.add(excuse.at);
  return excuse === undefined;
}

function place(error: ErrorObject): string {
  return error.instancePath.replace(/\/\d+/g, '/*');
}

const ACCOUNT = '/api/v1/accounts/{account_id}';
const JSON_TYPE = ['content', 'application/json', 'schema'];

/** Makes a call and returns where its request or its answer does not fit the document. */
async function exchange(
  client: Client,
  operation: string,
  path: string,
  body?: unknown,
): Promise<{ reply: Reply; misfits: string[] }> {
  const [method = '', template = ''] = operation.split(' ');
  const full = template.startsWith('/api') ? template : `${ACCOUNT}${template}`;
  const reply = template.startsWith('/api')
    ? await client.raw(path, { headers: { 'api-access-token': TOKEN } })
    : await client.send(method.toUpperCase(), path, body);
  expect(reply.status).toBe(200);
  const specified = document.paths[full]?.[method];
  if (specified === undefined) throw new Error(`the document has no ${operation}`);
  exercised.add(operation);
  const misfits: string[] = [];
  const base = ['paths', full, method];
  if (specified.responses['200']?.content !== undefined) {
    const pointer = [...base, 'responses', '200', ...JSON_TYPE];
    misfits.push(...problems({ operation, side: 'response', pointer, value: reply.json }));
  } else {
    misfits.push(`${operation} response: no schema`);
  }
  if (body !== undefined && specified.requestBody !== undefined) {
    const pointer = [...base, 'requestBody', ...JSON_TYPE];
    misfits.push(...problems({ operation, side: 'request', pointer, value: body }));
  }
  return { reply, misfits };
}

test('every endpoint fits the document', async () => {
  const client = await start();
  const misfits: string[] = [];
  async function go(operation: string, path: string, body?: unknown): Promise<Reply['json']> {
    const result = await exchange(client, operation, path, body);
    misfits.push(...result.misfits);
    return result.reply.json;
  }
  const payload = [
    { attribute_key: 'phone_number', filter_operator: 'equal_to', values: ['+12025550100'] },
  ];

  await go('get /api/v1/profile', '/api/v1/profile');
  await go('get /inboxes', '/inboxes');
  await go('get /inboxes/{id}', `/inboxes/${WHATSAPP}`);
  await go('post /labels', '/labels', { title: 'vip', description: 'known', color: '#1f93ff' });
  await go('get /labels', '/labels');

  const fields = { name: 'Ana', phone_number: '+12025550100', email: 'ana@example.com' };
  await go('post /contacts', '/contacts', { ...fields, inbox_id: API });
  await go('post /contacts', '/contacts', { name: 'Ben', identifier: 'crm-2' });
  await go('get /contacts', '/contacts');
  await go('get /contacts/search', '/contacts/search?q=ana');
  await go('post /contacts/filter', '/contacts/filter', { payload });
  await go('get /contacts/{id}', '/contacts/1');
  await go('put /contacts/{id}', '/contacts/1', { custom_attributes: { a: 1 } });
  await go('post /contacts/{id}/contact_inboxes', '/contacts/1/contact_inboxes', {
    inbox_id: API,
    source_id: 's',
  });
  await go('get /contacts/{id}/contactable_inboxes', '/contacts/1/contactable_inboxes');
  await go('post /contacts/{id}/labels', '/contacts/1/labels', { labels: ['vip'] });
  await go('get /contacts/{id}/labels', '/contacts/1/labels');

  const inline = { content: 'Hi', template_params: { name: 't', processed_params: { 1: 'a' } } };
  const create = { inbox_id: API, contact_id: 1, source_id: 's', message: inline };
  await go('post /conversations', '/conversations', create);
  await go('post /conversations', '/conversations', { inbox_id: WHATSAPP, contact_id: 1 });
  await go('get /conversations', '/conversations');
  const open = [{ attribute_key: 'status', filter_operator: 'equal_to', values: ['open'] }];
  await go('post /conversations/filter', '/conversations/filter', { payload: open });
  const one = '/conversations/{conversation_id}';
  await go(`get ${one}`, '/conversations/1');
  await go(`patch ${one}`, '/conversations/1', { priority: 'high' });
  await go('get /agents', '/agents');
  await go('get /teams', '/teams');
  const definitions = '/custom_attribute_definitions';
  await go(`get ${definitions}`, `${definitions}?attribute_model=1`);
  await go(`post ${one}/assignments`, '/conversations/1/assignments', { team_id: 2 });
  await go(`post ${one}/assignments`, '/conversations/1/assignments', { assignee_id: 7 });
  await go(`get ${one}`, '/conversations/1');
  await go(`post ${one}/custom_attributes`, '/conversations/1/custom_attributes', {
    custom_attributes: { a: 'b' },
  });
  await go(`post ${one}/labels`, '/conversations/1/labels', { labels: ['vip'] });
  await go(`get ${one}/labels`, '/conversations/1/labels');

  const text = {
    content: 'Hi',
    content_attributes: { cmp: { key: 'k' } },
    message_type: 'outgoing',
  };
  await go(`post ${one}/messages`, '/conversations/1/messages', text);
  const gateway = { content: 'Yes', message_type: 'incoming' };
  await go(`post ${one}/messages`, '/conversations/1/messages', gateway);
  const template = {
    name: 't',
    category: 'UTILITY',
    language: 'en',
    processed_params: { body: { 1: 'a' } },
  };
  await go(`post ${one}/messages`, '/conversations/1/messages', {
    content: 'Hi',
    template_params: template,
  });
  const bare = { template_params: { name: 't' } };
  const { id } = await go(`post ${one}/messages`, '/conversations/1/messages', bare);
  // Deleted at once: an empty text would not fit the lists either, for the same reason.
  await go(`delete ${one}/messages/{message_id}`, `/conversations/1/messages/${id}`);
  await go(`get ${one}/messages`, '/conversations/1/messages');
  await go(`post ${one}/toggle_status`, '/conversations/1/toggle_status', { status: 'resolved' });
  await go(`post ${one}/toggle_status`, '/conversations/1/toggle_status', {});
  await go('get /contacts/{id}/conversations', '/contacts/1/conversations');
  await go(`post ${one}/toggle_status`, '/conversations/1/toggle_status', { status: 'snoozed' });
  await go('get /conversations', '/conversations?status=snoozed');

  await go('delete /contacts/{id}', '/contacts/1');

  expect([...new Set(misfits)].filter(isUnexcused)).toEqual([]);
  expect(EXCEPTIONS.map(({ at }) => at).filter((at) => !excused.has(at))).toEqual([]);
});

test('no endpoint is left out', () => {
  const endpoints = [
    ...INBOX_ENDPOINTS,
    ...CONTACT_ENDPOINTS,
    ...LABEL_ENDPOINTS,
    ...CONVERSATION_ENDPOINTS,
    ...MESSAGE_ENDPOINTS,
    ...DIRECTORY_ENDPOINTS,
  ];
  const operations = endpoints.map(({ method, path }) => {
    const named = path
      .replace(/^\/conversations\/:id/, '/conversations/{conversation_id}')
      .replace(':id', '{id}')
      .replace(':message', '{message_id}');
    return `${method.toLowerCase()} ${named}`;
  });
  const left = operations.filter((operation) => !exercised.has(operation));
  expect(left.sort()).toEqual([...NOT_IN_DOCUMENT].sort());
  for (const operation of NOT_IN_DOCUMENT) {
    const [method = '', path = ''] = operation.split(' ');
    expect(document.paths[`${ACCOUNT}${path}`]?.[method]).toBeUndefined();
  }
  expect(exercised).toContain('post /conversations/{conversation_id}/messages');
  expect(exercised.size).toBe(33);
  expect(checked.size).toBe(44);
});
