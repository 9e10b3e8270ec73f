import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HttpRequest } from '../../../core/http';
import { asker } from '../../../providers/ask';
import { createTransport, type Transport } from '../../../worker/http/transport';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import {
  contactOf,
  obligingProvider,
  receiptOf,
  scriptedProvider,
} from '../../support/scripted-provider';
import {
  attemptsOf,
  doublesOf,
  LONG_LEASE_MS,
  movedClock,
  oneRow,
  PROVEN_AFTER_MS,
  rowsOf,
  slice,
} from '../../support/scripted-run';

const OTHER: HttpRequest = { method: 'GET', path: '/other', call: 'lookup' };
const DELIVERING: HttpRequest = { method: 'POST', path: '/message', json: {}, call: 'message' };

onBothLedgers('a worker that froze between gate and socket', (open) => {
  let place: TestLedger;
  let server: Server;
  let transport: Transport | undefined;
  const seen: string[] = [];
  const held: ServerResponse[] = [];
  beforeEach(async () => {
    place = await open();
    seen.length = 0;
    held.length = 0;
    server = createServer((request, response) => {
      seen.push(request.url ?? '');
      // Were the late request let through, it would be taken, and the test would say so.
      if (request.url === '/message') response.end('{}');
      else held.push(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await transport?.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await place.close();
  });

  /** Its gate is passed, and its request waits for the only socket. */
  async function frozenWorker() {
    const { ledger } = place;
    const clock = movedClock();
    const steady = { passed: 0 };
    const campaign = await running(ledger, 'spring', 1, clock());
    const { port } = server.address() as AddressInfo;
    const { http, destroy, close } = createTransport(
      { baseUrl: `http://127.0.0.1:${port}`, headers: {}, query: {} },
      {
        connections: 1,
        clock: { wallMs: clock, monotonicMs: () => performance.now() + steady.passed },
      },
    );
    transport = { http, destroy, close };
    const ask = asker(http, { provider: 'chatwoot' });
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const blocker = http(OTHER);
    await expect.poll(() => held.length).toBe(1);
    const ended = oneRow({ ledger, campaign, provider: platform.provider, clock });
    const send = await platform.sends.next();
    const { sendBy } = send.asked;
    const request = ask({
      asked: 'sending',
      request: { ...DELIVERING, delivers: sendBy === undefined ? {} : { sendBy } },
      read: () => receiptOf('too late'),
    });
    request.then(send.answer, send.fail);
    return {
      campaign,
      clock,
      steady,
      /** The socket is free, and the worker goes on. */
      async wakes() {
        held[0]?.end('{}');
        await blocker;
        await ended;
      },
    };
  }

  /** Somebody else's clock went on: the row is found to be absent, and sent by another attempt. */
  async function sentByAnother(campaign: Awaited<ReturnType<typeof running>>, from: number) {
    const ledger = await place.reopen();
    const obliging = obligingProvider();
    const clock = movedClock(from + LONG_LEASE_MS + PROVEN_AFTER_MS);
    await slice({ ledger, campaign, provider: obliging.provider, clock });
    expect(obliging.sends.calls).toHaveLength(1);
    expect(await rowsOf(ledger, campaign)).toMatchObject([{ state: 'sent' }]);
    return ledger;
  }

  async function expectOnlyRecorded(campaign: Awaited<ReturnType<typeof running>>) {
    const { ledger } = place;
    expect(seen).toEqual(['/other']);
    expect(await rowsOf(ledger, campaign)).toMatchObject([
      { state: 'sent', message_id: 'taken-1', attempts: 1 },
    ]);
    const attempts = await attemptsOf(ledger, campaign);
    expect(attempts.map(({ result }) => result)).toEqual(['not_sent', 'accepted']);
    expect(await doublesOf(ledger, campaign)).toBe(0);
    await expectTrueCounters(ledger, campaign.id);
  }

  it('is refused before the first byte when its moment has passed, and its late "not sent" is only recorded', async () => {
    const frozen = await frozenWorker();
    await sentByAnother(frozen.campaign, frozen.clock());
    frozen.clock.forward(LONG_LEASE_MS + PROVEN_AFTER_MS);
    await frozen.wakes();
    await expectOnlyRecorded(frozen.campaign);
  });

  it('is refused by the monotonic clock when its wall clock was set back meanwhile', async () => {
    const frozen = await frozenWorker();
    await sentByAnother(frozen.campaign, frozen.clock());
    frozen.clock.forward(-3_600_000);
    frozen.steady.passed = LONG_LEASE_MS + PROVEN_AFTER_MS;
    await frozen.wakes();
    await expectOnlyRecorded(frozen.campaign);
  });
});
