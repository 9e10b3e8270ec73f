import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { type InstalledPackage, installPackage } from '../support/n8n-package';

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

describe('the n8n package', () => {
  it('holds exactly these files', () => {
    expect(installed.files).toEqual(
      [
        'LICENSE',
        'README.md',
        'dist/credentials/ChatwootApi.credentials.js',
        'dist/icons/chatwoot.dark.svg',
        'dist/icons/chatwoot.svg',
        'dist/nodes/Chatwoot/Chatwoot.node.js',
        'dist/nodes/Chatwoot/Chatwoot.node.json',
        'package.json',
      ].sort(),
    );
  });

  it('is small and needs nothing', () => {
    expect(installed.unpacked).toBeLessThan(1_000_000);
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
    expect(loaded.map(({ description }) => description.name)).toEqual(['chatwoot']);
    for (const { description } of loaded) {
      for (const { name } of description.credentials ?? []) {
        expect(vault.map((type) => type.name)).toContain(name);
      }
    }
  });
});
