import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../core/words';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Bird } from '../../nodes/Bird/Bird.node';
import { birdOperations } from '../../nodes/Bird/operations';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { chatwootOperations } from '../../nodes/Chatwoot/operations';
import { pivotcxOperations } from '../../nodes/Pivotcx/operations';
import { Pivotcx } from '../../nodes/Pivotcx/Pivotcx.node';
import { pressnxpressOperations } from '../../nodes/Pressnxpress/operations';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';
import type { Operation } from '../../nodes/shared/operation';

const NODES: readonly [string, INodeType, readonly Omit<Operation, 'work'>[]][] = [
  ['Bevatel', new Bevatel(), chatwootOperations],
  ['Bird', new Bird(), birdOperations],
  ['Chatwoot', new Chatwoot(), chatwootOperations],
  ['Pivotcx', new Pivotcx(), pivotcxOperations],
  ['Pressnxpress', new Pressnxpress(), pressnxpressOperations],
];

/** Properties and those inside collections. */
function all(some: readonly INodeProperties[]): INodeProperties[] {
  return some.flatMap((property) => {
    const inner = (property.options ?? []).flatMap((option) =>
      'values' in option ? option.values : 'type' in option ? [option] : [],
    );
    return [property, ...all(inner)];
  });
}

function shownFor({ description }: INodeType, resource: string, operation: string) {
  return description.properties.filter(({ displayOptions }) => {
    const show = displayOptions?.show ?? {};
    return (
      (show['resource']?.includes(resource) ?? true) &&
      (show['operation']?.includes(operation) ?? true)
    );
  });
}

function offered({ description }: INodeType): [string, INodePropertyOptions][] {
  return description.properties
    .filter(({ name }) => name === 'operation')
    .flatMap(({ displayOptions, options }) =>
      (displayOptions?.show?.['resource'] ?? []).flatMap((resource) =>
        (options as INodePropertyOptions[]).map(
          (option) => [resource as string, option] as [string, INodePropertyOptions],
        ),
      ),
    );
}

const names = (node: INodeType) =>
  offered(node).map(([resource, { value }]) => `${resource}:${String(value)}`);

it('there is a node for each platform, and all are registered', () => {
  expect(NODES.map(([, { description }]) => description.name).sort()).toEqual(
    [...PROVIDERS].sort(),
  );
  const { n8n } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(n8n.nodes).toEqual(NODES.map(([name]) => `dist/nodes/${name}/${name}.node.js`));
});

it('each offers what its platform has, and nothing else', () => {
  expect(Object.fromEntries(NODES.map(([name, node]) => [name, names(node)]))).toEqual({
    Chatwoot: [
      ...['contact:createOrFind', 'contact:get', 'conversation:findOrCreate'],
      ...['message:addIncoming', 'message:getMany', 'message:send', 'message:sendTemplate'],
      'template:getMany',
    ],
    Bevatel: names(new Chatwoot()),
    Bird: [
      ...['channel:get', 'channel:getMany'],
      ...['contact:create', 'contact:createOrFind', 'contact:get', 'contact:search'],
      ...['conversation:findOrCreate', 'conversation:getMany', 'conversation:getMessages'],
      ...['media:download', 'media:getUploadAddress', 'media:upload'],
      ...['message:get', 'message:getInteractions', 'message:getMany'],
      ...['message:getManyInWorkspace', 'message:send', 'message:sendTemplate'],
      'template:getMany',
    ],
    Pivotcx: ['contact:createOrFind', 'conversation:find', 'message:send'],
    Pressnxpress: ['message:sendTemplate'],
  });
});

describe.each(NODES)('%s', (name, node, operations) => {
  const { description } = node;
  const { properties } = description;

  it('offers every operation of its table', () => {
    expect(names(node).sort()).toEqual(
      operations.map(({ resource, value }) => `${resource}:${value}`).sort(),
    );
  });

  it('says of every operation what it does', () => {
    for (const [, { name: shown, action, description: does }] of offered(node)) {
      expect(shown).toMatch(/^[A-Z]/);
      expect(action).toMatch(/^[A-Z][^.]+$/);
      expect(does, shown).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('has no two visible parameters of one name', () => {
    for (const { resource, value, parameters } of operations) {
      const visible = shownFor(node, resource, value).map((property) => property.name);
      expect(new Set(visible).size, `${resource}:${value}`).toBe(visible.length);
      for (const parameter of parameters) expect(visible).toContain(parameter.name);
    }
  });

  it('gives every list its options, in order, and a default that is one of them', () => {
    for (const property of all(properties)) {
      expect(property.description ?? 'x', property.name).not.toMatch(/^\s|\s$/);
      if (property.type === 'collection') {
        const shown = (property.options as INodeProperties[]).map(({ displayName }) => displayName);
        expect(shown, property.name).toEqual(shown.toSorted((a, b) => a.localeCompare(b)));
      }
      if (property.type !== 'options') continue;
      const values = (property.options as INodePropertyOptions[]).map(({ value }) => value);
      expect(values, property.name).toContain(property.default);
    }
  });

  it('names list methods that exist', () => {
    const named = all(properties).flatMap(({ modes }) =>
      (modes ?? []).flatMap(({ typeOptions }) => typeOptions?.searchListMethod ?? []),
    );
    for (const method of named)
      expect(Object.keys(node.methods?.listSearch ?? {})).toContain(method);
  });

  it('has its pictures, light and dark, and says where it is documented', () => {
    const icons = Object.values(description.icon as { light: string; dark: string });
    expect(new Set(icons).size).toBe(2);
    for (const icon of icons) {
      expect(existsSync(join('nodes', name, icon.replace('file:', ''))), icon).toBe(true);
    }
    const codex = JSON.parse(readFileSync(`nodes/${name}/${name}.node.json`, 'utf8'));
    expect(codex.node).toBe(`n8n-nodes-campaign-runner.${description.name}`);
    expect(codex.resources.primaryDocumentation).toHaveLength(1);
  });
});

it('no file of the nodes is longer than 200 lines', () => {
  const files = readdirSync('nodes', { recursive: true, encoding: 'utf8' });
  // What is written by a program is read by one.
  const sources = files.filter((file) => file.endsWith('.ts') && file !== 'Campaign/api.ts');
  expect(sources.length).toBeGreaterThan(20);
  for (const file of sources) {
    expect(readFileSync(join('nodes', file), 'utf8').split('\n').length, file).toBeLessThan(202);
  }
});
