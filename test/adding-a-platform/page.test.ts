import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { providers } from '../../providers';
import { INBOX, postbox } from './postbox';

const PAGE = join(__dirname, '../../docs/adding-a-platform.md');
/** What stands in for parts that a real platform finds in place, and what tests the page. */
const HARNESS = ['serve.ts', 'campaign.test.ts', 'node.test.ts', 'page.test.ts'];
const BLOCK = /^```ts title="(.+)"\n([\s\S]*?)^```$/gm;

const codeOf = (name: string): string => readFileSync(join(__dirname, name), 'utf8');
const read = (): string => readFileSync(PAGE, 'utf8');

describe('docs/adding-a-platform.md', () => {
  it('shows the toy’s files as they are', () => {
    const written = read().replace(
      BLOCK,
      (_, name: string) => `\`\`\`ts title="${name}"\n${codeOf(name)}\`\`\``,
    );
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(PAGE, written);
    for (const [, name, code] of read().matchAll(BLOCK)) {
      expect(code, name).toBe(codeOf(name ?? ''));
    }
  });

  it('shows each of them once, and leaves none out', () => {
    const shown = [...read().matchAll(BLOCK)].map(([, name]) => name);
    const files = readdirSync(__dirname).filter((name) => !HARNESS.includes(name));
    expect(files.length).toBeGreaterThan(5);
    expect(shown.toSorted()).toEqual(files.toSorted());
  });

  it('says that its platform is imaginary, and no real one has its name', () => {
    expect(read()).toContain('**Postbox, which is imaginary**');
    expect(Object.keys(providers)).not.toContain(postbox.id);
  });

  it('says of every capability what it leads to, and of every field of an inbox that is read', () => {
    const rows = read()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|')[1] ?? '');
    const explained = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, it]) => it));
    const capabilities = [...Object.values(providers), postbox].flatMap((each) =>
      Object.keys(each.capabilities),
    );
    const identifies = ['id', 'name', 'channel', 'facts'];
    const inbox = Object.keys(INBOX).filter((field) => !identifies.includes(field));
    for (const field of [...capabilities, ...inbox]) expect(explained).toContain(field);
  });

  it('points at files that are there', () => {
    const links = [...read().matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(existsSync(join(dirname(PAGE), link)), link).toBe(true);
  });
});
