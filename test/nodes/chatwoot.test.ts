import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { ChatwootApi } from '../../credentials/ChatwootApi.credentials';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { chatwoot } from '../../providers/chatwoot';
import { fakeContext } from '../support/n8n-context';

const node = new Chatwoot();
const { properties } = node.description;
const credential = new ChatwootApi();

/** Properties and those inside collections. */
function all(some: readonly INodeProperties[]): INodeProperties[] {
  return some.flatMap((property) => {
    const inner = (property.options ?? []).flatMap((option) =>
      'values' in option ? option.values : 'type' in option ? [option] : [],
    );
    return [property, ...all(inner)];
  });
}

const shownFor = (resource: string, operation: string) =>
  properties.filter(({ displayOptions }) => {
    const show = displayOptions?.show ?? {};
    return (
      (show['resource']?.includes(resource) ?? true) &&
      (show['operation']?.includes(operation) ?? true)
    );
  });

const operations = properties
  .filter(({ name }) => name === 'operation')
  .flatMap(({ displayOptions, options }) =>
    (displayOptions?.show?.['resource'] ?? []).flatMap((resource) =>
      (options as INodePropertyOptions[]).map(({ value }) => [resource as string, String(value)]),
    ),
  ) as [string, string][];

describe("the node's description", () => {
  it('offers the operations of the first release', () => {
    expect(operations).toEqual([
      ['contact', 'createOrFind'],
      ['conversation', 'findOrCreate'],
      ['message', 'send'],
      ['message', 'sendTemplate'],
    ]);
  });

  it.each(operations)('%s: %s has no two visible parameters of one name', (resource, operation) => {
    const names = shownFor(resource, operation)
      .map(({ name }) => name)
      .filter((name) => name !== 'operation');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(operations)(
    '%s: %s has a handler that reads only what is there',
    async (resource, operation) => {
      const defaults = Object.fromEntries(
        shownFor(resource, operation).map((property) => [property.name, property.default]),
      );
      const { context } = fakeContext({
        parameters: { ...defaults, resource, operation, recipient: '+12125550100' },
        http: async () => ({ statusCode: 200, body: '{"payload":[]}' }),
      });
      // It gets as far as the inbox that nobody chose: no parameter is missing, no operation unknown.
      await expect(node.execute.call(context)).rejects.toThrow("There is no inbox with the ID ''");
    },
  );

  it('gives every list its options and every text its period or none', () => {
    for (const property of all(properties)) {
      if (property.type === 'options') expect(property.options?.length).toBeGreaterThan(0);
      expect(property.description ?? 'x', property.name).not.toMatch(/^\s|\s$/);
    }
  });

  it('names list methods that exist', () => {
    const named = all(properties).flatMap(({ modes }) =>
      (modes ?? []).map(({ typeOptions }) => typeOptions?.searchListMethod),
    );
    for (const name of named.filter((name) => name !== undefined)) {
      expect(Object.keys(node.methods.listSearch)).toContain(name);
    }
  });

  it('has its pictures, light and dark', () => {
    for (const [folder, icon] of [
      ['nodes/Chatwoot', node.description.icon],
      ['credentials', credential.icon],
    ] as const) {
      for (const file of Object.values(icon as { light: string; dark: string })) {
        expect(existsSync(join(folder, file.replace('file:', ''))), file).toBe(true);
      }
    }
  });
});

describe('the credential', () => {
  it("has the fields of the adapter's accounts, the secret ones hidden", () => {
    expect(credential.properties.map(({ name }) => name)).toEqual(
      chatwoot.credentials.map(({ name }) => name),
    );
    for (const field of chatwoot.credentials) {
      const shown = credential.properties.find(({ name }) => name === field.name);
      expect(shown?.typeOptions?.password ?? false, field.name).toBe(field.secret ?? false);
    }
  });

  it("adds the adapter's headers and keeps those of the request", async () => {
    if (typeof credential.authenticate !== 'function') expect.fail('not a function');
    const fields = { url: 'https://chat.example', accountId: '1', token: 'secret-1' };
    const request = { url: '/x', headers: { 'content-type': 'application/json' } };
    await expect(credential.authenticate(fields, request)).resolves.toEqual({
      url: '/x',
      headers: { 'content-type': 'application/json', 'api-access-token': 'secret-1' },
      qs: {},
    });
  });
});
