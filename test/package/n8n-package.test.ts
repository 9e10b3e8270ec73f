import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPackage, installPackage } from '../support/n8n-package';

const { loadOutputSchema } = createRequire(__filename)(
  'n8n-core/dist/nodes-loader/output-schema-resolver.js',
) as { loadOutputSchema: (of: object) => unknown };

let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
  return installed.remove;
});

/** As n8n finds it: the class is named like the file, up to the first dot. */
function instantiate<T>(path: string): T {
  const file = join(installed.folder, path);
  const exported = createRequire(file)(file) as Record<string, new () => T>;
  const Class = exported[basename(path).split('.')[0] ?? ''];
  if (Class === undefined) throw new Error(`${path} does not export its class`);
  return new Class();
}

const PLATFORMS = ['Bevatel', 'Bird', 'Chatwoot', 'Pivotcx', 'Pressnxpress'];
const NODES = [...PLATFORMS, 'Campaign'];
const CREDENTIALS = ['Bevatel', 'Bird', 'CampaignRunner', 'Chatwoot', 'Pivotcx', 'Pressnxpress'];

/** What describes the output of a node, by its own operations. */
function schemas(name: string): string[] {
  const { description } = instantiate<INodeType>(`dist/nodes/${name}/${name}.node.js`);
  return description.properties
    .filter((property) => property.name === 'operation')
    .flatMap(({ options = [], displayOptions }) =>
      options.map(
        (option) =>
          `dist/nodes/${name}/__schema__/v1.0.0/${displayOptions?.show?.['resource']?.[0] as string}/${(option as { value: string }).value}.json`,
      ),
    );
}

describe('the n8n package', () => {
  it('holds exactly these files', () => {
    expect(installed.files).toEqual(
      [
        'LICENSE',
        'README.md',
        ...CREDENTIALS.map((name) => `dist/credentials/${name}Api.credentials.js`),
        ...['bevatel', 'bird', 'campaign-runner', 'chatwoot', 'pivotcx', 'pressnxpress'].flatMap(
          (name) => [`dist/icons/${name}.dark.svg`, `dist/icons/${name}.svg`],
        ),
        ...[...NODES, 'CampaignTrigger'].flatMap((name) => [
          `dist/nodes/${name}/${name}.node.js`,
          `dist/nodes/${name}/${name}.node.json`,
        ]),
        ...NODES.flatMap(schemas),
        'dist/nodes/CampaignTrigger/__schema__/v1.0.0/output.json',
        'dist/nodes/shared/phone.js',
        'package.json',
      ].sort(),
    );
  });

  it('is small and needs nothing', () => {
    expect(installed.packed).toBeLessThan(340_000);
    expect(installed.unpacked).toBeLessThan(1_250_000);
    expect(installed.manifest.dependencies ?? {}).toEqual({});
  });

  it('is installed where only n8n-workflow can be found', () => {
    const require = createRequire(join(installed.folder, 'package.json'));
    expect(require.resolve('n8n-workflow')).toContain('n8n-workflow');
    for (const name of ['libphonenumber-js/max', 'libphonenumber-js', 'p-limit', 'undici']) {
      expect(() => require.resolve(name), name).toThrow(/Cannot find module/);
    }
  });

  it('loads every node and credential that it registers', () => {
    const { nodes, credentials } = installed.manifest.n8n;
    const loaded = nodes.map((path) => instantiate<INodeType>(path));
    const vault = credentials.map((path) => instantiate<ICredentialType>(path));
    const names = [...PLATFORMS.map((name) => name.toLowerCase()), 'campaign', 'campaignTrigger'];
    expect(loaded.map(({ description }) => description.name)).toEqual(names.sort());
    expect(vault.map(({ name }) => name)).toEqual([
      ...['bevatelApi', 'birdApi', 'campaignRunnerApi', 'chatwootApi'],
      ...['pivotcxApi', 'pressnxpressApi'],
    ]);
    for (const { description } of loaded) {
      const credential = description.name.startsWith('campaign')
        ? 'campaignRunnerApi'
        : `${description.name}Api`;
      expect(description.credentials?.map(({ name }) => name)).toEqual([credential]);
      expect(description.properties.length).toBeGreaterThan(3);
    }
  });

  it('shows the editor what an operation returns, as n8n looks it up', () => {
    for (const name of NODES) {
      const nodeDir = join(installed.folder, 'dist', 'nodes', name);
      for (const path of schemas(name)) {
        const [operation, resource] = path
          .replace(/\.json$/, '')
          .split('/')
          .reverse();
        const found = loadOutputSchema({ nodeDir, version: 1, resource, operation });
        expect(found, path).toMatchObject({ type: 'object', properties: expect.anything() });
      }
    }
  });
});
