import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isNoAnswer } from '../../../core/http';
import { runSlice } from '../../../worker/campaign/slice';
import { createTransport } from '../../../worker/http/transport';
import { startSandbox } from '../../../worker/sandbox';
import { campaignOf, connectSandbox, people, toRun } from '../../support/campaign';
import { expectTrueCounters } from '../../support/counts';
import { testLedger } from '../../support/ledger';
import { attemptsOf, rowsOf } from '../../support/scripted-run';

let server: Server | undefined;
let seen = 0;
beforeEach(() => {
  seen = 0;
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
});

/** A server on loopback whose certificate nobody vouches for. */
async function selfSigned(): Promise<string> {
  const fixture = (name: string) =>
    readFileSync(join('test', 'fixtures', `self-signed.${name}.pem`));
  server = createServer({ key: fixture('key'), cert: fixture('cert') }, (_req, res) => {
    seen += 1;
    res.end('{}');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

test('a certificate that is not trusted: a delivering request is proven not sent, and not a byte of it is seen', async () => {
  const baseUrl = await selfSigned();
  const transport = createTransport({ baseUrl, headers: {}, query: {} });
  const error = await transport
    .http({ method: 'POST', path: '/x', json: {}, call: 'message', delivers: {} })
    .catch((reason: unknown) => reason);
  await transport.destroy();
  expect(isNoAnswer(error)).toBe(true);
  expect(error).toMatchObject({ written: false, why: expect.stringMatching(/CERT|SELF_SIGNED/) });
  expect(seen).toBe(0);
});

test('a certificate that is not trusted: warm or cold, every row goes back to wait, and none of its attempts counts as one that may have been sent', async () => {
  const url = await selfSigned();
  const place = await testLedger();
  const sandbox = await startSandbox();
  const { ledger } = place;
  try {
    const good = await connectSandbox(ledger, sandbox);
    const first = await campaignOf(ledger, good, people(3), { name: 'first' });
    await runSlice(await toRun(ledger, first, good), () => false);
    // Three whom the contact book knows, so that the delivering request is the first one, and three others.
    const second = await campaignOf(ledger, good, people(6), { name: 'second' });
    await good.close();
    const bad = await connectSandbox(ledger, { url });
    // Without the list of blocked contacts the book is not believed.
    const provider = { ...bad.provider, listBlocked: () => Promise.resolve(new Set<string>()) };
    await runSlice(await toRun(ledger, second, { ...bad, provider }), () => false);
    await bad.close();
    const rows = await rowsOf(ledger, second);
    expect(rows.map(({ state, attempts }) => [state, attempts])).toEqual(
      Array.from({ length: 6 }, () => ['pending', 0]),
    );
    const attempts = await attemptsOf(ledger, second);
    expect(attempts.map(({ result }) => result)).toEqual(['not_sent', 'not_sent', 'not_sent']);
    expect(seen).toBe(0);
    await expectTrueCounters(ledger, second.id);
  } finally {
    await sandbox.close();
    await place.close();
  }
});
