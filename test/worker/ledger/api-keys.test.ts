import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  actingAs,
  anyApiKey,
  apiKeyById,
  createApiKey,
  findApiKey,
  type Ledger,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  suppress,
} from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';

const NOW = 1_000_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

onBothLedgers('keys of the API', (open) => {
  let it_: TestLedger;
  let ledger: Ledger;
  beforeEach(async () => {
    it_ = await open();
    ledger = it_.ledger;
  });
  afterEach(() => it_.close());

  const create = (name = 'n8n', more: { expiresAt?: number } = {}, now = NOW) =>
    createApiKey(ledger, { name, scope: 'send', ...more }, now);
  const find = (token: string, now = NOW) => findApiKey(ledger, token, now);

  it('let in whoever shows one, and say who that is and what they may do', async () => {
    expect(await anyApiKey(ledger)).toBe(false);
    const { id, token } = await create();
    expect(token).toMatch(/^crk_[0-9a-f]{12}_[\w-]{43}$/);
    expect(token).toContain(`crk_${id}_`);
    expect(await find(token)).toEqual({ id, name: 'n8n', scope: 'send' });
    expect(await apiKeyById(ledger, id, NOW)).toEqual({ id, name: 'n8n', scope: 'send' });
    expect(await anyApiKey(ledger)).toBe(true);
  });

  it('let nobody else in', async () => {
    const { token } = await create();
    const other = await create('other');
    const [, id, secret = ''] = token.split(/_(?=.)/);
    const wrong = [
      '',
      'crk_',
      token.slice(0, -1),
      `${token}x`,
      token.toUpperCase(),
      ` ${token}`,
      `crk_${id}_${'A'.repeat(43)}`,
      `crk_${id}_${other.token.slice(-43)}`,
      `crk_${other.id}_${token.slice(-43)}`,
      `crk_ffffffffffff_${secret}`,
      `crk_ffffffffffff_${token.slice(-43)}`,
    ];
    for (const each of wrong) expect(await find(each)).toBeNull();
    expect(await find(token)).not.toBeNull();
  });

  it('are not in the ledger: only a hash of them is', async () => {
    const { token } = await create();
    const rows = await ledger.db.selectFrom('api_keys').selectAll().execute();
    expect(rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(rows)).not.toContain(token.slice(-43));
    expect(JSON.stringify(await listApiKeys(ledger))).not.toMatch(/hash|[0-9a-f]{64}/);
    const audit = await ledger.db.selectFrom('audit').selectAll().execute();
    expect(audit.at(-1)).toMatchObject({ action: 'key create', detail: 'n8n, send' });
    expect(JSON.stringify(audit)).not.toContain(token.slice(-43));
  });

  it('end when they are to', async () => {
    const { id, token } = await create('n8n', { expiresAt: NOW + DAY });
    expect(await find(token, NOW + DAY - 1)).not.toBeNull();
    expect(await find(token, NOW + DAY)).toBeNull();
    expect(await apiKeyById(ledger, id, NOW + DAY)).toBeNull();
    // Its end lets nobody in without one.
    expect(await anyApiKey(ledger)).toBe(true);
  });

  it('have names of their own: an end makes one free, and nothing else does', async () => {
    await create('n8n', { expiresAt: NOW + DAY });
    await expect(create()).rejects.toThrow('exists already');
    const again = await create('n8n', {}, NOW + DAY);
    expect(await find(again.token, NOW + DAY)).not.toBeNull();
    expect(await listApiKeys(ledger)).toHaveLength(1);
    for (const name of ['', '-x', 'a b', 'a\n', 'x'.repeat(65)]) {
      await expect(create(name)).rejects.toThrow('is called by');
    }
  });

  it('are not called as those are who have none', async () => {
    for (const name of ['loopback', 'Loopback']) {
      await expect(create(name)).rejects.toThrow('the audit calls those so who have none');
    }
    expect(await anyApiKey(ledger)).toBe(false);
  });

  it('of one name, made by many at once, are one', async () => {
    const ledgers = [ledger, await it_.reopen(), await it_.reopen()];
    // With connections that are there already, they are as close together as can be.
    await Promise.all(ledgers.flatMap((each) => [anyApiKey(each), anyApiKey(each)]));
    const made = await Promise.allSettled(
      [...ledgers, ...ledgers].map((each) =>
        createApiKey(each, { name: 'n8n', scope: 'send' }, NOW),
      ),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listApiKeys(ledger)).toHaveLength(1);
  });

  it('are rotated without a moment in which none holds', async () => {
    const first = await create('n8n', { expiresAt: NOW + 90 * DAY });
    const second = await rotateApiKey(ledger, 'n8n', { overlapMs: DAY }, NOW);
    expect(await find(first.token, NOW + DAY - 1)).toMatchObject({ name: 'n8n', scope: 'send' });
    expect(await find(second.token)).toEqual({ id: second.id, name: 'n8n', scope: 'send' });
    expect(await find(first.token, NOW + DAY)).toBeNull();
    // Twice in the same moment: the first one's end comes no later for it.
    const third = await rotateApiKey(ledger, 'n8n', { overlapMs: 2 * DAY }, NOW);
    expect(await find(first.token, NOW + DAY)).toBeNull();
    expect(await find(second.token, NOW + 2 * DAY - 1)).not.toBeNull();
    expect(await find(second.token, NOW + 2 * DAY)).toBeNull();
    expect(await find(third.token, NOW + 90 * DAY)).not.toBeNull();
    expect(await find(third.token, NOW + 90 * DAY + 2)).toBeNull();
    expect((await listApiKeys(ledger)).map(({ id }) => id)).toEqual([
      third.id,
      second.id,
      first.id,
    ]);
  });

  it('that are rotated without overlap end at once, and so does a key that has expired', async () => {
    const first = await create('n8n', { expiresAt: NOW + DAY });
    const second = await rotateApiKey(ledger, 'n8n', { overlapMs: 0 }, NOW + 2 * DAY);
    expect(await find(first.token, NOW + 2 * DAY)).toBeNull();
    expect(await find(second.token, NOW + 3 * DAY - 1)).not.toBeNull();
    const third = await rotateApiKey(ledger, 'n8n', { overlapMs: 0 }, NOW + 2 * DAY);
    expect(await find(second.token, NOW + 2 * DAY)).toBeNull();
    expect(await find(third.token, NOW + 2 * DAY)).not.toBeNull();
    await expect(rotateApiKey(ledger, 'other', { overlapMs: 0 }, NOW)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are revoked with what a rotation left of them', async () => {
    const first = await create();
    const second = await rotateApiKey(ledger, 'n8n', { overlapMs: DAY }, NOW);
    const other = await create('other');
    await revokeApiKey(ledger, 'n8n', NOW);
    for (const { token } of [first, second]) expect(await find(token)).toBeNull();
    expect(await apiKeyById(ledger, second.id, NOW)).toBeNull();
    expect(await find(other.token)).not.toBeNull();
    await expect(revokeApiKey(ledger, 'n8n', NOW)).rejects.toThrow('no key named "n8n"');
    await revokeApiKey(ledger, 'other', NOW);
    expect(await anyApiKey(ledger)).toBe(false);
  });

  it('remember their last use to a minute, in a write a minute', async () => {
    const { token } = await create();
    const used = async () => (await listApiKeys(ledger))[0]?.usedAt;
    expect(await used()).toBeNull();
    await find(token, NOW);
    await find(token, NOW + MINUTE - 1);
    expect(await used()).toBe(NOW);
    await find(token, NOW + MINUTE);
    expect(await used()).toBe(NOW + MINUTE);
    await find(`${token.slice(0, -1)}~`, NOW + DAY);
    expect(await used()).toBe(NOW + MINUTE);
  });

  it('name who did what, beside whoever runs the process', async () => {
    const act = () => suppress(ledger, [phone(1)], { reason: '', source: 'api' }, NOW);
    await actingAs('n8n', act);
    await Promise.all([actingAs('one', act), act(), actingAs('two', act)]);
    const audit = await ledger.db.selectFrom('audit').select('who').orderBy('id').execute();
    const names = audit.map(({ who }) => who);
    expect(names[0]).toBe('n8n');
    expect(names.filter((name) => name.includes('@'))).toHaveLength(1);
    expect(names.slice(1)).toEqual(expect.arrayContaining(['one', 'two']));
  });
});
