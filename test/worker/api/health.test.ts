import { afterEach, describe, expect, it } from 'vitest';
import { createHealth } from '../../../worker/api/health';
import { type Listening, listen } from '../../../worker/api/listen';
import { createMetrics } from '../../../worker/api/metrics';
import { serveHealth, vitalsOf } from '../../../worker/cli/worker-health';
import {
  createCampaign,
  figuresOf,
  importRecipients,
  nudge,
  setLimit,
  stopAccount,
} from '../../../worker/ledger';
import { onBothLedgers, phone, running, sliceOf, type TestLedger } from '../../support/ledger';

const get = async (url: string, path: string) => {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, text: await answer.text() };
};

onBothLedgers('figures of a ledger', (open) => {
  let opened: TestLedger;
  afterEach(() => opened.close());

  it('count campaigns, rows, slices, stops and what waits to be told, and sum single messages', async () => {
    opened = await open();
    const { ledger } = opened;
    const spring = await running(ledger, 'spring', 3, 1_000);
    await sliceOf(ledger, spring.id, 1_000);
    const key = 'order-1001';
    const single = { name: key, kind: 'single' as const, account: 'desk', spec: '{}', inbox: '{}' };
    const send = await createCampaign(ledger, { ...single, engine: 'temporal' }, 1_000);
    const row = { row: 1, raw: phone(9), kind: 'phone' as const, address: phone(9) };
    await importRecipients(ledger, send, 0, [row], 1_000);
    await ledger.db.transaction().execute((trx) => nudge(trx, send, 1_500));
    await setLimit(ledger, 'account/desk/message', 8);
    await stopAccount(ledger, 'desk', { until: 9_000, why: 'asked', now: 2_000 });

    const figures = await figuresOf(ledger.db, 3_000);
    expect(figures.rows).toEqual([{ campaign: 'spring', state: 'pending', n: 3 }]);
    expect(figures.outcomes).toContainEqual({
      kind: 'single',
      state: 'pending',
      reason: '',
      n: 1,
    });
    expect(figures.campaigns).toContainEqual({
      kind: 'list',
      engine: 'embedded',
      state: 'running',
      n: 1,
    });
    expect(figures.outbox).toEqual({ waiting: 1, oldestAt: 1_500 });
    expect(figures.slices).toBe(1);
    expect(figures.stopped).toEqual([{ account: 'desk', until: 9_000 }]);
    expect(figures.limits[0]).toMatchObject({ scope: 'account/desk/message', perSecond: 8 });
    expect(figures.limits[0]?.share).toBeLessThan(1);

    const { read } = createMetrics({
      figures: () => Promise.resolve(figures),
      clock: () => 3_000,
      troubles: () => Promise.resolve([]),
    });
    const text = await read();
    expect(text).toContain('campaign_runner_rows{campaign="spring",state="pending"} 3');
    expect(text).toContain('campaign_runner_outbox_oldest_seconds 1.5');
    expect(text).toContain('campaign_runner_account_stopped_seconds{account="desk"} 6');
    expect(text).toContain('campaign_runner_limit_per_second{account="desk",call="message"} 8');
    // A single message's key may be somebody's name.
    expect(text).not.toContain(key);
    expect(text).not.toContain(phone(9).slice(1));
  });

  it('leave out by name what ended more than a day ago', async () => {
    opened = await open();
    const { ledger } = opened;
    await running(ledger, 'old', 1, 1_000);
    await ledger.db.updateTable('campaigns').set({ ended_at: 2_000 }).execute();
    const day = 24 * 60 * 60_000;
    expect((await figuresOf(ledger.db, 3_000)).rows).toHaveLength(1);
    const later = await figuresOf(ledger.db, 3_000 + day);
    expect(later.rows).toEqual([]);
    expect(later.outcomes).toHaveLength(1);
  });

  it('are not there when the ledger does not answer, and the process lives on', async () => {
    opened = await open();
    const gone = await opened.reopen();
    let drains = false;
    let health: Listening | undefined;
    try {
      const vitals = vitalsOf({
        ledger: gone,
        stopping: () => drains,
        engine: () => ['TEMPORAL_AWAY'],
      });
      health = await serveHealth(vitals, '127.0.0.1', 0);
      const url = `http://127.0.0.1:${health.port}`;
      expect((await get(url, '/readyz')).text).toContain('"codes":["TEMPORAL_AWAY"]');
      await gone.close();
      drains = true;
      const { status, text } = await get(url, '/readyz');
      expect({ status, ...JSON.parse(text) }).toEqual({
        status: 503,
        ready: false,
        codes: ['DRAINING', 'LEDGER_AWAY', 'TEMPORAL_AWAY'],
      });
      expect((await get(url, '/healthz')).status).toBe(200);
      expect((await get(url, '/metrics')).text).toContain('campaign_runner_ledger_up 0');
    } finally {
      await health?.close();
    }
  });
});

describe('health over HTTP', () => {
  it('says where it cannot listen, and never what went wrong inside', async () => {
    const app = createHealth({
      troubles: () => Promise.reject(new Error('Robin Canary')),
      metrics: () => Promise.reject(new Error('Robin Canary')),
    });
    const listening = await listen(app, '127.0.0.1', 0);
    const url = `http://127.0.0.1:${listening.port}`;
    expect(await get(url, '/readyz')).toEqual({ status: 500, text: '{"code":"INTERNAL"}' });
    expect((await get(url, '/metrics')).text).not.toContain('Canary');
    await expect(listen(app, '127.0.0.1', listening.port)).rejects.toThrow(
      /EADDRINUSE.*another port/,
    );
    await listening.close();
  });
});
