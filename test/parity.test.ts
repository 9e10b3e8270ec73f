import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoggedRequest } from '../worker/sandbox';
import { loadNode, type RunNode } from './support/n8n-engine';
import { installPackage } from './support/n8n-package';
import { openPlace, type Place } from './worker/cli/fixture';

/** One activity, two transports: n8n's own HTTP client and the runner's must be told apart by nobody. */
let place: Place;
let node: RunNode;
beforeAll(async () => {
  place = await openPlace();
  const installed = installPackage();
  node = await loadNode(installed.folder, 'chatwoot', 'chatwootApi');
  return installed.remove;
});
afterEach(() => place.sandbox.reset());
afterAll(() => place.close());

const TO = '+12025550142';

/** What writes, in order: the contact, the conversation with its first message, or the next message. */
const writes = (): readonly LoggedRequest[] =>
  place.sandbox
    .requests()
    .filter(({ method, path }) => method === 'POST' && !path.endsWith('/filter'));

const comparable = ({ method, path, query, headers, body }: LoggedRequest) => ({
  method,
  path,
  query,
  body,
  headers: Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(user-agent|accept.*|connection)$/.test(name)),
  ),
});

async function byCommand(inbox: string, key: string, text: string): Promise<LoggedRequest[]> {
  const { exit, err } = await place.campaign(
    ...['send', '--ledger', `${Math.random()}.db`, '--account', 'support', '--inbox', inbox],
    ...['--to', TO, '--name', 'Ana', '--key', key, '--text', text],
  );
  expect(err).toBe('');
  expect(exit).toBe(0);
  return [...writes()];
}

async function byNode(inbox: string, key: string, text: string): Promise<LoggedRequest[]> {
  const { items } = await node({
    credentials: { url: place.sandbox.url, accountId: '1', token: 'sandbox-token' },
    executionId: `${Math.random()}`,
    items: [{}],
    parameters: {
      resource: 'message',
      inbox: { __rl: true, mode: 'id', value: inbox },
      recipient: TO,
      contactName: 'Ana',
      sendKey: key,
      operation: 'send',
      text,
      options: {},
    },
  });
  expect(items[0]?.json).toMatchObject({ status: 'sent' });
  return [...writes()];
}

describe('the same message by the command and by the node', () => {
  it('is the same contact and the same message on the wire, to the byte', async () => {
    const text = 'Order {{ 4711 }} is “ready”.';
    const command = await byCommand('1', 'order-4711', text);
    place.sandbox.reset();
    const n8n = await byNode('1', 'order-4711', text);
    expect(command.map(({ delivers }) => delivers)).toEqual([false, true]);
    expect(n8n.map(comparable)).toEqual(command.map(comparable));
  });

  it('is the same in a conversation that is there already', async () => {
    const last = async (send: () => Promise<LoggedRequest[]>) => {
      place.sandbox.reset();
      await byCommand('3', 'first', 'first');
      const request = (await send()).at(-1);
      expect(request?.path).toMatch(/conversations\/\d+\/messages$/);
      return comparable(request as LoggedRequest);
    };
    const command = await last(() => byCommand('3', 'order-4712', 'next'));
    const n8n = await last(() => byNode('3', 'order-4712', 'next'));
    expect(n8n).toEqual(command);
  });

  it('is not sent by the node after the command has sent it', async () => {
    await byCommand('1', 'order-4713', 'once');
    await byNode('1', 'order-4713', 'once');
    expect(writes().filter(({ delivers }) => delivers)).toHaveLength(1);
    expect(place.sandbox.accepted().get(TO)).toBe(1);
  });
});
