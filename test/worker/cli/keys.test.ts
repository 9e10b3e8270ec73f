import { afterAll, beforeAll, expect, test } from 'vitest';
import { findApiKey, openLedger } from '../../../worker/ledger';
import { openPlace, type Place } from './fixture';

let place: Place;
beforeAll(async () => {
  place = await openPlace({ env: { CAMPAIGN_LEDGER: '', DATABASE_URL: '' } });
});
afterAll(() => place.close());

const keys = (...args: string[]) => place.campaign('keys', ...args);
const json = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Whose key it is, by the ledger itself. */
async function whose(token: string): Promise<string | null> {
  const ledger = await openLedger(`${place.folder}/.campaign/ledger.db`);
  try {
    const found = await findApiKey(ledger, token, Date.now());
    return found === null ? null : `${found.name} ${found.scope}`;
  } finally {
    await ledger.close();
  }
}

test('a key is printed once, alone, and never again', async () => {
  expect((await keys('list')).exit).toBe(2);
  const made = await keys('create', 'n8n', '--scope', 'send', '--expires', '90d');
  expect(made.exit).toBe(0);
  expect(made.out).toMatch(/^crk_[0-9a-f]{12}_[\w-]{43}\n$/);
  expect(made.err).toContain('only time');
  const token = made.out.trim();
  expect(await whose(token)).toBe('n8n send');
  const list = await keys('list');
  expect(list.out).toMatch(
    /^n8n +crk_[0-9a-f]{12}_… +send +\S+ +\d{4}-\d\d-\d\d \d\d:\d\d +\d\d:\d\d:\d\d$/m,
  );
  const listed = json((await keys('list', '--json')).out);
  expect(listed).toEqual([
    {
      ...{ name: 'n8n', id: token.slice(4, 16), scope: 'send' },
      created: expect.stringMatching(/Z$/),
      expires: expect.stringMatching(/Z$/),
      lastUsed: expect.stringMatching(/Z$/),
    },
  ]);
  for (const text of [list.out, JSON.stringify(listed)]) {
    expect(text).not.toContain(token.slice(-43));
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  }
}, 60_000);

test('rotated, the one before holds on; revoked, nobody is let in', async () => {
  const [first] = json((await keys('create', 'shop', '--scope', 'read', '--json')).out);
  expect(first).toMatchObject({ name: 'shop', scope: 'read', expires: null });
  const [second] = json((await keys('rotate', 'shop', '--json')).out);
  expect(second).toMatchObject({ name: 'shop', before: { expires: expect.any(String) } });
  const [one, two] = [first?.['token'] as string, second?.['token'] as string];
  expect(one).not.toBe(two);
  expect([await whose(one), await whose(two)]).toEqual(['shop read', 'shop read']);
  const third = await keys('rotate', 'shop', '--overlap', '0');
  expect(third.err).toContain('does not hold any more');
  expect([await whose(one), await whose(two)]).toEqual([null, null]);
  expect(await whose(third.out.trim())).toBe('shop read');
  const revoked = await keys('revoke', 'shop');
  expect(revoked.out).toContain('Nobody is let in by "shop"');
  expect(await whose(third.out.trim())).toBeNull();
  expect((await keys('list')).out).not.toContain('shop');
}, 60_000);

test.each([
  [['create', 'n8n', '--scope', 'read'], 2, 'campaign keys rotate n8n'],
  [['create', 'new'], 2, '--scope'],
  [['create', 'new', '--scope', 'root'], 2, 'admin'],
  [['create', 'a b', '--scope', 'read'], 2, 'letters, digits'],
  [['create', 'new', '--scope', 'read', '--expires', 'soon'], 2, '90d'],
  [['rotate', 'n8m'], 2, 'Did you mean "n8n"?'],
  [['rotate', 'n8n', '--overlap', '-1h'], 2, '--overlap'],
  [['revoke', 'nobody'], 2, 'campaign keys list'],
])('what cannot be done is said in words: %j', async (args, exit, words) => {
  const ended = await keys(...args);
  expect(ended.exit).toBe(exit);
  expect(ended.err).toContain(words);
  expect(ended.out).toBe('');
});

test('each of its commands has an example', async () => {
  for (const name of ['', 'create', 'list', 'rotate', 'revoke']) {
    const help = await keys(...(name === '' ? [] : [name]), '--help');
    expect(help.exit).toBe(0);
    expect(help.out).toContain('Example:');
  }
});
