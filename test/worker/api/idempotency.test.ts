import { afterEach, beforeEach, expect, it } from 'vitest';
import { listSuppressions } from '../../../worker/ledger';
import { onBothLedgers, phone, type TestLedger } from '../../support/ledger';
import { ask, keyFor, type Served, serveApi } from './frame-fixture';

onBothLedgers('a key of the sender', (open) => {
  let opened: TestLedger;
  let served: Served;
  beforeEach(async () => {
    opened = await open();
    served = await serveApi(opened.ledger);
  });
  afterEach(async () => {
    await served.close();
    await opened.close();
  });

  const add = (key: string | undefined, once: string, addresses: string[]) =>
    ask(served.url, '/suppressions', {
      key,
      json: { addresses },
      headers: { 'idempotency-key': once },
    });

  it('lets the same request happen once, and answers it alike', async () => {
    const first = await add(undefined, 'a', [phone(1), phone(2)]);
    expect(first.body).toMatchObject({ added: 2, already: 0 });
    const again = await add(undefined, 'a', [phone(1), phone(2)]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
  });

  it('stands for one request only', async () => {
    await add(undefined, 'a', [phone(1)]);
    const other = await add(undefined, 'a', [phone(2)]);
    expect(other.status).toBe(422);
    expect(other.body['code']).toBe('idempotency_key_reused');
    expect(await listSuppressions(opened.ledger)).toHaveLength(1);
  });

  it('of two requests at the same moment lets one happen', async () => {
    const both = await Promise.all(
      Array.from({ length: 8 }, () => add(undefined, 'a', [phone(1)])),
    );
    const done = both.filter(
      ({ status, headers }) => status === 200 && !headers.has('idempotency-replayed'),
    );
    expect(done).toHaveLength(1);
    for (const { status, body } of both) {
      if (status !== 200) expect([status, body['code']]).toEqual([409, 'busy']);
      else expect(body).toMatchObject({ added: 1 });
    }
  });

  it('stays free after a request that was refused', async () => {
    expect((await add(undefined, 'a', [])).status).toBe(422);
    expect((await add(undefined, 'a', [phone(1)])).status).toBe(200);
  });

  it('is its sender’s own: another may use the same', async () => {
    const one = await keyFor(opened.ledger, 'send', 'one');
    const two = await keyFor(opened.ledger, 'send', 'two');
    expect((await add(one, 'a', [phone(1)])).body).toMatchObject({ added: 1 });
    expect((await add(two, 'a', [phone(2)])).body).toMatchObject({ added: 1 });
  });

  it('that is none is refused', async () => {
    expect((await add(undefined, 'a b', [phone(1)])).status).toBe(422);
    expect((await add(undefined, 'x'.repeat(256), [phone(1)])).status).toBe(422);
  });
});
