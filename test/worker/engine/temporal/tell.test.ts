import { setTimeout as wait } from 'node:timers/promises';
import { type Client, ServiceError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { illOf } from '../../../../worker/engine/temporal/report';
import { hasSearchAttributes, noticeLost, tellAll } from '../../../../worker/engine/temporal/tell';
import { createCampaign, nudge, waitingOutbox } from '../../../../worker/ledger';
import { onBothLedgers } from '../../../support/ledger';

/** A server that takes its time with everything, and says the same of every workflow. */
function slowServer(ms: number, status: string) {
  const described: string[] = [];
  const client = {
    workflow: {
      async signalWithStart() {
        await wait(ms);
      },
      getHandle: (workflowId: string) => ({
        async describe() {
          await wait(ms);
          described.push(workflowId);
          return { status: { name: status } };
        },
      }),
    },
  };
  return { described, client: client as unknown as Client };
}

onBothLedgers('what Temporal is told', (open) => {
  test('much of it is told bit by bit, so that nothing else has to wait for it', async () => {
    const { ledger, close } = await open();
    try {
      const { client } = slowServer(50, 'RUNNING');
      const single = await createCampaign(
        ledger,
        {
          ...{ name: 'send-1', kind: 'single', account: 'desk', spec: '{}', inbox: '{}' },
          ...{ engine: 'temporal', orchestrate: 'message' },
        },
        ledger.now(),
      );
      await ledger.db.transaction().execute(async (trx) => {
        for (let n = 0; n < 400; n += 1) await nudge(trx, single, ledger.now());
      });
      const telling = { ledger, client, taskQueue: 'q', attributes: false };
      const told = await tellAll(telling);
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThan(200);
      expect(await waitingOutbox(ledger.db)).toBe(400 - told);
    } finally {
      await close();
    }
  }, 40_000);

  test('where there are too many to look at, the next look goes on behind the last', async () => {
    const { ledger, close } = await open();
    try {
      const { client, described } = slowServer(450, 'RUNNING');
      for (let n = 0; n < 20; n += 1) {
        await createCampaign(
          ledger,
          {
            ...{ name: `send-${n}`, kind: 'single', account: 'desk', spec: '{}', inbox: '{}' },
            ...{ engine: 'temporal', orchestrate: 'message', autostart: true },
          },
          ledger.now(),
        );
      }
      const telling = { ledger, client, taskQueue: 'q', attributes: false };
      await noticeLost(telling);
      expect(described.length).toBeLessThan(20);
      await noticeLost(telling);
      expect(new Set(described).size).toBe(20);
    } finally {
      await close();
    }
  }, 40_000);

  test.each([
    ['TERMINATED', 1],
    ['CANCELLED', 1],
    ['PAUSED', 0],
  ])('a message whose workflow is %s is begun anew %i times', async (status, times) => {
    const { ledger, close } = await open();
    try {
      const { client } = slowServer(1, status);
      await createCampaign(
        ledger,
        {
          ...{ name: 'send-1', kind: 'single', account: 'desk', spec: '{}', inbox: '{}' },
          ...{ engine: 'temporal', orchestrate: 'message', autostart: true },
        },
        ledger.now(),
      );
      const telling = { ledger, client, taskQueue: 'q', attributes: false };
      expect(await noticeLost(telling)).toBe(times);
      expect(await waitingOutbox(ledger.db)).toBe(times);
    } finally {
      await close();
    }
  });
});

describe('what a server does not want', () => {
  test.each([
    [2, true],
    [1, false],
    [undefined, false],
  ])('search attributes of which one is of type %s are used: %s', async (type, used) => {
    const listSearchAttributes = async () => ({
      customAttributes: {
        CampaignName: 2,
        ...(type === undefined ? {} : { CampaignState: type }),
      },
    });
    const client = { connection: { operatorService: { listSearchAttributes } } };
    expect(await hasSearchAttributes(client as unknown as Client, 'default')).toBe(used);
  });

  test('is told as a refusal, and not as a server that is away', () => {
    const failed = (code: number): Error =>
      new ServiceError('Failed to start workflow', {
        cause: Object.assign(new Error('no'), { code }),
      });
    expect(illOf(failed(3))).toBe('refused');
    expect(illOf(failed(9))).toBe('refused');
    expect(illOf(failed(14))).toBe('away');
    expect(illOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe('ledger');
  });
});
