import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICredentialType, INodePropertyOptions } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { requestTarget } from '../../core/http';
import { BevatelApi } from '../../credentials/BevatelApi.credentials';
import { BirdApi } from '../../credentials/BirdApi.credentials';
import { CampaignRunnerApi } from '../../credentials/CampaignRunnerApi.credentials';
import { ChatwootApi } from '../../credentials/ChatwootApi.credentials';
import { credentialFields } from '../../credentials/fields';
import { PivotcxApi } from '../../credentials/PivotcxApi.credentials';
import { PressnxpressApi } from '../../credentials/PressnxpressApi.credentials';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';
import { bevatel } from '../../providers/bevatel';
import { bird } from '../../providers/bird';
import { chatwoot } from '../../providers/chatwoot';
import { pivotcx } from '../../providers/pivotcx';
import { pressnxpress } from '../../providers/pressnxpress';
import { type ProviderDefinition, settingsOf } from '../../providers/provider';

const WORKSPACE = 'b1bd0000-0000-4000-8000-000000000001';

/** Of each: enough to sign a request. */
const ALL: readonly [string, ICredentialType, ProviderDefinition, Record<string, string>][] = [
  ['BevatelApi', new BevatelApi(), bevatel, { accountId: '1', token: 'secret-1' }],
  ['BirdApi', new BirdApi(), bird, { workspaceId: WORKSPACE, accessKey: 'secret-1' }],
  ['ChatwootApi', new ChatwootApi(), chatwoot, { accountId: '1', token: 'secret-1' }],
  [
    'PivotcxApi',
    new PivotcxApi(),
    pivotcx,
    { userId: '7', teamId: '42', username: 'ada', password: 'secret-1' },
  ],
  [
    'PressnxpressApi',
    new PressnxpressApi(),
    pressnxpress,
    { touchpointToken: 'secret/1', apiKey: 'secret-2' },
  ],
];

/** What the form holds when somebody opens it and fills in the rest. */
function filledIn(
  { properties }: ICredentialType,
  given: Record<string, string>,
): Record<string, string> {
  const form = properties.filter(({ type }) => type !== 'notice');
  const empty = Object.fromEntries(form.map(({ name, default: value }) => [name, value as string]));
  return { ...empty, ...given };
}

async function authenticated(
  { authenticate }: ICredentialType,
  fields: object,
  request: { url: string; baseURL?: string; headers?: object; qs?: object },
) {
  if (typeof authenticate !== 'function') expect.fail('not a function');
  return authenticate(fields as never, request as never);
}

it('all are registered', () => {
  const { n8n } = JSON.parse(readFileSync('package.json', 'utf8'));
  const names = [...ALL.map(([name]) => name), 'CampaignRunnerApi'].sort();
  expect(n8n.credentials).toEqual(names.map((name) => `dist/credentials/${name}.credentials.js`));
});

describe('CampaignRunnerApi', () => {
  const runner = new CampaignRunnerApi();

  it('asks for where the runner is, by default on this machine, and for a hidden key', () => {
    expect(
      runner.properties.map(({ name, default: value, required, typeOptions }) => [
        ...[name, value, required, typeOptions?.password ?? false],
      ]),
    ).toEqual([
      ['baseUrl', 'http://127.0.0.1:4100', true, false],
      ['apiKey', '', true, true],
    ]);
    expect(URL.canParse(runner.documentationUrl)).toBe(true);
  });

  it('has its pictures, light and dark', () => {
    const icons = Object.values(runner.icon as { light: string; dark: string });
    expect(new Set(icons).size).toBe(2);
    for (const icon of icons) {
      expect(existsSync(join('credentials', icon.replace('file:', ''))), icon).toBe(true);
    }
  });
});

describe.each(ALL)('%s', (_name, credential, definition, given) => {
  const form = credential.properties.filter(({ type }) => type !== 'notice');

  it("has the fields of the platform's accounts, with their defaults, the secret ones hidden", () => {
    expect(form.map(({ name }) => name)).toEqual(definition.credentials.map(({ name }) => name));
    for (const field of definition.credentials) {
      const shown = form.find(({ name }) => name === field.name);
      expect(shown?.typeOptions?.password ?? false, field.name).toBe(field.secret ?? false);
      expect(shown?.required ?? false, field.name).toBe(field.required ?? false);
      expect(shown?.default, field.name).toBe(field.default ?? '');
    }
  });

  it('offers only what the adapter takes', () => {
    for (const { name, type, options } of form) {
      if (type !== 'options') continue;
      for (const { value } of options as INodePropertyOptions[]) {
        // The one that Bird's shared inbox needs besides.
        const fields = filledIn(credential, { ...given, accessKeyId: 'id', [name]: String(value) });
        expect(
          () => definition.authorize(credentialFields(fields)),
          `${name}: ${value}`,
        ).not.toThrow();
      }
    }
  });

  it('adds what the adapter says, and keeps what the request has', async () => {
    const fields = filledIn(credential, given);
    const { baseUrl, headers, query } = definition.authorize(credentialFields(fields));
    const request = {
      url: `${baseUrl}/x?a=1`,
      headers: { 'content-type': 'application/json' },
      qs: { b: 2 },
    };
    await expect(authenticated(credential, fields, request)).resolves.toEqual({
      url: `${baseUrl}/x?a=1`,
      headers: { 'content-type': 'application/json', ...headers },
      qs: { b: 2, ...query },
    });
  });

  it('names the field that is missing, and never its value', async () => {
    const [required] = definition.credentials.filter((field) => field.required ?? false);
    const fields = filledIn(credential, { ...given, [required?.name ?? '']: '' });
    const failing = authenticated(credential, fields, { url: 'https://x.example/' });
    await expect(failing).rejects.toThrow(required?.name);
    await expect(failing).rejects.not.toThrow('secret');
  });

  it('has its pictures, light and dark', () => {
    const icons = Object.values(credential.icon as { light: string; dark: string });
    expect(new Set(icons).size).toBe(2);
    for (const icon of icons) {
      expect(existsSync(join('credentials', icon.replace('file:', ''))), icon).toBe(true);
    }
  });
});

it.each(ALL.filter(([, { test }]) => test !== undefined))(
  "%s: n8n's test is the request that the adapter pings by",
  async (_name, credential, definition, given) => {
    const fields = filledIn(credential, given);
    const request = { ...credential.test?.request, baseURL: 'https://elsewhere.example' };
    const signed = await authenticated(credential, fields, request as { url: string });
    const { baseUrl, headers } = definition.authorize(credentialFields(fields));
    const ping = definition.ping?.(settingsOf(definition, fields));
    if (ping === undefined) expect.fail('no ping');
    expect(signed).toEqual({
      method: ping.method,
      url: `${baseUrl}${requestTarget(ping)}`,
      headers,
      qs: {},
    });
  },
);

describe("Press'nXPress, which has nothing to ask", () => {
  const { credentialTest } = new Pressnxpress().methods;
  const test = async (data: Record<string, string>) =>
    credentialTest.pressnxpressApiTest({ id: '1', name: 'Account', type: 'x', data });

  it('is tested by its node, on the fields alone', async () => {
    expect(new PressnxpressApi()).not.toHaveProperty('test');
    expect(new Pressnxpress().description.credentials).toEqual([
      { name: 'pressnxpressApi', required: true, testedBy: 'pressnxpressApiTest' },
    ]);
    expect(Object.keys(credentialTest)).toEqual(['pressnxpressApiTest']);
    const complete = filledIn(new PressnxpressApi(), { touchpointToken: 'a', apiKey: 'b' });
    await expect(test(complete)).resolves.toMatchObject({ status: 'OK' });
    await expect(test({ ...complete, apiKey: '' })).resolves.toEqual({
      status: 'Error',
      message: expect.stringContaining('apiKey'),
    });
  });

  it('gets its token into the path, as one segment', async () => {
    const fields = filledIn(new PressnxpressApi(), { touchpointToken: 'tp/1 {x}', apiKey: 'b' });
    const url = 'https://pressnxpress.com/api/v2/channel/sms/{touchpointToken}/enqueue';
    const failing = authenticated(new PressnxpressApi(), fields, { url });
    await expect(failing).rejects.toThrow('touchpointToken');
    const signed = await authenticated(
      new PressnxpressApi(),
      { ...fields, touchpointToken: 'tp/1{x}' },
      { url },
    );
    expect(signed).toMatchObject({
      url: 'https://pressnxpress.com/api/v2/channel/sms/tp%2F1%7Bx%7D/enqueue',
      qs: { apiKey: 'b' },
    });
  });
});

it('a field that somebody has emptied is empty, and one that was never there is not', () => {
  expect(credentialFields({ a: '', b: 'x', c: 3, d: undefined as never })).toEqual({
    a: '',
    b: 'x',
    c: '3',
  });
});
