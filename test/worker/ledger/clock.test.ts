import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { postgresTestLedger, type TestLedger, testLedger } from '../../support/ledger';

let opened: TestLedger;
afterEach(async () => {
  vi.restoreAllMocks();
  await opened.close();
});

describe('the ledger’s time', () => {
  it('is this machine’s where the ledger is a file', async () => {
    opened = await testLedger();
    expect(Math.abs(opened.ledger.now() - Date.now())).toBeLessThan(50);
  });

  const server = inject('postgres');
  it.skipIf('missing' in server)(
    'is the database’s, whatever the clocks of the machines say',
    async () => {
      if ('missing' in server) return;
      const right = Date.now();
      vi.spyOn(Date, 'now').mockImplementation(() => right + 3_600_000);
      opened = await postgresTestLedger(server.url);
      const other = await opened.reopen();
      expect(Math.abs(opened.ledger.now() - right)).toBeLessThan(5_000);
      expect(Math.abs(opened.ledger.now() - other.now())).toBeLessThan(200);
    },
  );

  it.skipIf('missing' in server)(
    'goes along when the machine slept, so that nothing that is over seems fresh',
    async () => {
      if ('missing' in server) return;
      opened = await postgresTestLedger(server.url);
      const before = opened.ledger.now();
      const wall = Date.now();
      // The monotonic clock stands still while a machine sleeps; the wall clock does not.
      vi.spyOn(Date, 'now').mockImplementation(() => wall + 600_000);
      expect(opened.ledger.now() - before).toBeGreaterThan(599_000);
    },
  );
});
