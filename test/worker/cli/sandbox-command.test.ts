import { afterEach, expect, test } from 'vitest';
import { connectTo, somebody } from '../sandbox/accounts';
import { startReceiver } from '../sandbox/receiver';
import { openPlace, type Place, until } from './fixture';

let place: Place;
afterEach(() => place.close());

test('people of a sandbox answer and its platforms call whoever is named', async () => {
  place = await openPlace();
  const receiver = await startReceiver();
  const running = place.start(
    ...['sandbox', '--json', '--port', '0', '--latency', '0'],
    ...['--reply-stop', '100%', '--deliver'],
    ...['--webhook', `bird=${receiver.url}/webhooks/bird/shop`, '--webhook-secret', 'whsec-1'],
  );
  await until('it listens', () => running.text().includes('"url"'));
  const { url } = JSON.parse(running.text()) as { url: string };
  const { write, definition } = await connectTo({ ...place.sandbox, url }, 'bird');
  const ada = somebody();
  const { messageId } = await write(ada);
  const told = () => receiver.received.flatMap(({ body }) => definition.webhook?.parse(body) ?? []);
  await until('an answer is told', () => told().some(({ kind }) => kind === 'replied'));
  expect(told()).toContainEqual(
    expect.objectContaining({ kind: 'replied', address: ada, text: 'STOP' }),
  );
  expect(told().some((event) => event.messageId === messageId)).toBe(true);
  expect(receiver.received[0]?.headers).toHaveProperty('messagebird-signature');
  running.child.kill('SIGINT');
  expect((await running.ended).exit).toBe(0);
}, 30_000);

test.each([
  ['--webhook', 'chatwoot=https://example.org/', 'this machine'],
  ['--webhook', 'pivotcx=http://127.0.0.1:4100/', 'nobody knows'],
  ['--webhook', 'http://127.0.0.1:4100/', 'a platform and an address'],
  ['--reply-stop', '1', 'a share of the people'],
  ['--reply-stop', '101%', 'a share of the people'],
])('a mistake is said in words: %s %s', async (option, value, words) => {
  place = await openPlace();
  const ended = await place.campaign('sandbox', '--port', '0', option, value);
  expect(ended.exit).toBe(2);
  expect(ended.err.toLowerCase()).toContain(words);
});
