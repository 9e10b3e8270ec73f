import { readFileSync } from 'node:fs';
import type { INodePropertyOptions, INodeType } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Bird } from '../../nodes/Bird/Bird.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { Pivotcx } from '../../nodes/Pivotcx/Pivotcx.node';
import { Pressnxpress } from '../../nodes/Pressnxpress/Pressnxpress.node';

const NODES: readonly INodeType[] = [
  ...[new Chatwoot(), new Bevatel(), new Bird(), new Pivotcx(), new Pressnxpress()],
];

/** As a person reads them: "Message: Send Template". */
function operationsOf({ description: { properties } }: INodeType): string[] {
  const titles = new Map(
    (properties.find(({ name }) => name === 'resource')?.options as INodePropertyOptions[]).map(
      ({ name, value }) => [value, name],
    ),
  );
  return properties
    .filter(({ name }) => name === 'operation')
    .flatMap(({ displayOptions, options }) => {
      const [resource] = displayOptions?.show?.['resource'] ?? [];
      const title = titles.get(resource as string);
      return (options as INodePropertyOptions[]).map(({ name }) => `${title}: ${name}`);
    })
    .sort();
}

const NAMED =
  /\b(?:Channel|Contact|Conversation|Media|Message|Template): [A-Z][a-z]+(?: (?:[a-z]{2}\b|[A-Z][a-z]+))*/g;

describe('docs/platforms/operations.md', () => {
  const [, ...sections] = readFileSync('docs/platforms/operations.md', 'utf8').split(/^## /m);

  it('has a section for each platform', () => {
    expect(sections.map((section) => section.split('\n')[0])).toEqual(
      NODES.map(({ description }) => description.displayName),
    );
  });

  it.each(NODES.map((node, n) => [node.description.displayName, node, sections[n] ?? ''] as const))(
    '%s: names every operation of its node, and none that it has not',
    (_name, node, section) => {
      expect([...new Set(section.match(NAMED))].sort()).toEqual(operationsOf(node));
    },
  );
});

describe('docs/n8n-nodes.md', () => {
  const rows = readFileSync('docs/n8n-nodes.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| (Channel|Contact|Conversation|Media|Message|Template) \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it.each([
    ['Chatwoot', 3, NODES[0]],
    ['Bevatel', 3, NODES[1]],
    ['Bird', 4, NODES[2]],
    ['PivotCX', 5, NODES[3]],
    ["Press'nXPress", 6, NODES[4]],
  ] as const)('its table says what %s has', (_name, column, node) => {
    if (node === undefined) expect.fail('no node');
    const said = rows.filter((row) => row[column] !== '');
    expect(said.map((row) => `${row[1]}: ${row[2]}`).sort()).toEqual(operationsOf(node));
  });
});
