import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PLATFORMS } from '../../worker/engine/accounts';
import { platformsTable } from './platforms-table';

const README = join(__dirname, '../../README.md');
const BEGIN = '<!-- platforms: written by WRITE_DOCS=1 npx vitest run test/docs -->';
const END = '<!-- end of platforms -->';

it('the README’s table of platforms says what the adapters say of themselves', () => {
  const text = readFileSync(README, 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  expect(from).toBeGreaterThan(0);
  expect(to).toBeGreaterThan(from);
  const wanted = `${text.slice(0, from)}${BEGIN}\n${platformsTable(PLATFORMS)}\n${text.slice(to)}`;
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(README, wanted);
  else expect(text).toBe(wanted);
});

it('has a line for each platform, and a page behind it', () => {
  expect(PLATFORMS.length).toBe(5);
  for (const { id, displayName } of PLATFORMS) {
    expect(platformsTable(PLATFORMS)).toContain(`[${displayName}](docs/platforms/${id}.md)`);
    const page = readFileSync(join(__dirname, `../../docs/platforms/${id}.md`), 'utf8');
    expect(page).toContain(displayName);
  }
});
