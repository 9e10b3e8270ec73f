import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../core/words';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Bird } from '../../nodes/Bird/Bird.node';
import { birdOperations } from '../../nodes/Bird/operations';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { campaignOperations } from '../../nodes/Campaign/operations';
import { CampaignTrigger } from '../../nodes/CampaignTrigger/CampaignTrigger.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { bevatelOperations, chatwootOperations } from '../../nodes/Chatwoot/operations';
import { pivotcxOperations } from '../../nodes/Pivotcx/operations';
import { Pivotcx } from '../../nodes/Pivotcx/Pivotcx.node';
import { pressnxpressOperations } from '../../nodes/Pressnxpress/operations';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';
import type { Operation } from '../../nodes/shared/operation';
import { EVENT_TYPES } from '../../worker/ledger';
import { schemaPath } from '../support/n8n-schema';

const NODES: readonly [string, INodeType, readonly Omit<Operation, 'work'>[]][] = [
  ['Bevatel', new Bevatel(), bevatelOperations],
  ['Bird', new Bird(), birdOperations],
  ['Campaign', new Campaign(), campaignOperations],
  ['Chatwoot', new Chatwoot(), chatwootOperations],
  ['Pivotcx', new Pivotcx(), pivotcxOperations],
  ['Pressnxpress', new Pressnxpress(), pressnxpressOperations],
];

/** With the trigger, which has no operations. */
const ALL: readonly [string, INodeType][] = [
  ...NODES.map(([name, node]) => [name, node] as [string, INodeType]),
  ['CampaignTrigger', new CampaignTrigger()] as [string, INodeType],
].sort(([a], [b]) => a.localeCompare(b));

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

it('there is a node for each platform and for the runner, and all are registered', () => {
  expect(ALL.map(([, { description }]) => description.name).sort()).toEqual(
    [...PROVIDERS, 'campaign', 'campaignTrigger'].sort(),
  );
  const { n8n } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(n8n.nodes).toEqual(ALL.map(([name]) => `dist/nodes/${name}/${name}.node.js`));
});

it('each offers what its platform has, and nothing else', () => {
  expect(Object.fromEntries(NODES.map(([name, node]) => [name, names(node)]))).toEqual({
    Chatwoot: [
      ...['contact:createOrFind', 'contact:delete', 'contact:get', 'contact:getMany'],
      ...['contact:search', 'contact:update'],
      ...['conversation:findOrCreate', 'conversation:get', 'conversation:getMany'],
      ...['conversation:update', 'message:addIncoming', 'message:addNote', 'message:delete'],
      ...['message:getMany', 'message:send', 'message:sendTemplate', 'message:updateStatus'],
      'template:getMany',
    ],
    Bevatel: names(new Chatwoot()),
    Bird: [
      ...['channel:get', 'channel:getMany'],
      ...['contact:create', 'contact:createOrFind', 'contact:delete', 'contact:get'],
      ...['contact:getMany', 'contact:search', 'contact:update', 'conversation:findOrCreate'],
      ...['conversation:get', 'conversation:getMany', 'conversation:getMessages'],
      'conversation:update',
      ...['media:download', 'media:getUploadAddress', 'media:upload'],
      ...['message:get', 'message:getInteractions', 'message:getMany'],
      ...['message:getManyInWorkspace', 'message:send', 'message:sendTemplate'],
      'template:getMany',
    ],
    Pivotcx: [
      ...['contact:createOrFind', 'conversation:find', 'conversation:getMany', 'message:send'],
    ],
    Pressnxpress: ['message:sendTemplate'],
    Campaign: [
      ...['campaign:addRecipients', 'campaign:cancel', 'campaign:check', 'campaign:complete'],
      ...['campaign:create', 'campaign:createAndStart', 'campaign:getMany', 'campaign:getResults'],
      ...['campaign:getStatus', 'campaign:pause', 'campaign:resume', 'campaign:retry'],
      ...['campaign:start', 'message:get', 'message:send'],
    ],
  });
});

describe.each(NODES)('%s', (name, node, operations) => {
  const { description } = node;

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

  it('shows what may be left alone below all else, and a mapper under its own name', () => {
    for (const { resource, value } of operations) {
      const shown = shownFor(node, resource, value).map((property) => property.name);
      if (shown.includes('options')) expect([value, shown.at(-1)]).toEqual([value, 'options']);
    }
    for (const { displayName, typeOptions } of node.description.properties) {
      const { resourceMapper } = typeOptions ?? {};
      if (resourceMapper) expect(resourceMapper.valuesLabel).toBe(displayName);
    }
  });

  it('describes the output of every operation, and of no other', () => {
    for (const { resource, value } of operations) {
      const path = schemaPath(name, resource, value);
      const schema = JSON.parse(readFileSync(path, 'utf8'));
      expect(Object.keys(schema), path).toEqual(['type', 'properties', 'version']);
      expect(Object.keys(schema.properties).length, path).toBeGreaterThan(0);
    }
    const folder = schemaPath(name, '', '').replace(/\/\.json$/, '');
    const described = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace(/\.json$/, '').replace('/', ':'));
    expect(described.sort()).toEqual(names(node).sort());
  });

  it('is a tool that agents may use', () => {
    expect(description.usableAsTool).toBe(true);
  });
});

it('the trigger has no input, is no tool, and describes its output', () => {
  const { description } = new CampaignTrigger();
  expect(description).toMatchObject({ inputs: [], polling: true, group: ['trigger'] });
  expect(description).not.toHaveProperty('usableAsTool');
  const path = 'nodes/CampaignTrigger/__schema__/v1.0.0/output.json';
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toEqual([
    ...['type', 'properties', 'version'],
  ]);
  const [event] = description.properties.filter(({ name }) => name === 'events');
  const offers = (event?.options as INodePropertyOptions[]).map(({ value }) => value);
  expect(offers.toSorted()).toEqual([...EVENT_TYPES].sort());
});

describe.each(ALL)('%s', (name, node) => {
  const { description } = node;
  const { properties } = description;

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
    // And none that nobody asks for.
    expect(Object.keys(node.methods?.listSearch ?? {}).sort()).toEqual([...new Set(named)].sort());
  });

  it('fills its resource mappers by methods that exist, at the top where n8n looks at them', () => {
    const mappers = all(properties).filter(({ type }) => type === 'resourceMapper');
    const methods = mappers.map(
      ({ typeOptions }) => typeOptions?.resourceMapper?.resourceMapperMethod,
    );
    expect(Object.keys(node.methods?.resourceMapping ?? {}).sort()).toEqual(
      [...new Set(methods)].sort(),
    );
    for (const mapper of mappers) expect(properties).toContain(mapper);
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
    expect(codex.resources.credentialDocumentation).toHaveLength(1);
    expect(codex.categories).toEqual(['Communication', 'Marketing']);
  });

  it('draws its own pictures: no text, no script, no link to elsewhere', () => {
    for (const icon of Object.values(description.icon as { light: string; dark: string })) {
      const svg = readFileSync(join('nodes', name, icon.replace('file:', '')), 'utf8');
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 60 60"/);
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
        /<text|<script|<image|href|http/,
      );
      expect(svg.length).toBeLessThan(2_000);
    }
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
