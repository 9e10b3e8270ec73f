import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNode } from './support/n8n-engine';
import { installPackage } from './support/n8n-package';
import {
  accountsYaml,
  campaignYaml,
  type Ended,
  openPlace,
  type Place,
} from './worker/cli/fixture';

/**
 * Whatever may end in a log: every stream of every command but two, which exist to show a person's own list on that
 * person's own screen (`check` with its previews, `results`).
 */
const TOKEN = 'tok-8f1d2c7a9b';
const PEOPLE = Array.from({ length: 40 }, (_, n) => ({
  phone: `+1202555${String(100 + n).padStart(4, '0')}`,
  name: `Xanthippe${n}`,
  order: `KX-${7_000 + n}`,
}));

let place: Place;
const streams: { command: string; text: string }[] = [];
beforeAll(async () => {
  place = await openPlace({
    sandbox: {
      chatwoot: {
        tokens: [
          {
            token: TOKEN,
            type: 'user',
            name: 'Operator',
            accounts: [{ id: 1, role: 'administrator' }],
          },
        ],
      } as never,
    },
  });
  place.write(
    'accounts.yaml',
    accountsYaml(
      place.sandbox.url,
      'settleDelay: 1s\nlimits: { message: none, contact: none, conversation: none, lookup: none }',
    ).replace('sandbox-token', TOKEN),
  );
  place.write(
    'list.csv',
    `phone,name,order\n${PEOPLE.map(({ phone, name, order }) => `${phone},${name},${order}`).join('\n')}\n12,Xanthippe99,KX-1\n`,
  );
  place.write(
    'spring.yaml',
    campaignYaml({ message: '{ text: "Hi {{ name }}, {{ order }} is ready." }' }),
  );
});
afterAll(() => place.close());

async function campaign(...args: string[]): Promise<Ended> {
  const ended = await place.campaign(...args);
  streams.push({ command: args.join(' '), text: ended.out + ended.err });
  return ended;
}

function personalIn(text: string): string[] {
  const needles = PEOPLE.flatMap(({ phone, name, order }) => [phone, phone.slice(2), name, order]);
  return [TOKEN, 'Xanthippe', ...needles].filter((needle) => text.includes(needle));
}

describe('nothing personal or secret in what may be logged', () => {
  it('in any stream of a whole campaign with faults', async () => {
    place.sandbox.setFaults([
      { match: { delivers: true, every: 7 }, fault: 'drop_after_commit' },
      { match: { delivers: true, every: 11 }, fault: 'refused_after_commit' },
      { match: { delivers: true, nth: 5 }, fault: 'rate_limited', options: { retryAfter: 1 } },
      { match: { path: '/contacts$', nth: 3 }, fault: 'error_before_commit' },
    ]);
    await campaign('accounts', 'test', 'support');
    const run = await campaign('run', 'spring.yaml');
    expect(run.exit).toBe(0);
    expect(place.sandbox.accepted().size).toBe(40);
    await campaign('run', 'spring.yaml');
    await campaign('run', 'spring.yaml', '--json');
    await campaign('status', 'spring');
    await campaign('status', 'spring', '--json');
    await campaign('list', '--json');
    await campaign('retry', 'spring', '--failed');
    await campaign('decide', 'spring', '--row', '2', '--as', 'sent');
    await campaign('cancel', 'spring', '--yes');
    await campaign('suppress', 'add', PEOPLE[3]?.phone ?? '');
    await campaign(
      'send',
      '--account',
      'support',
      '--inbox',
      '3',
      '--to',
      PEOPLE[3]?.phone ?? '',
      '--text',
      'Hi Xanthippe3',
    );
    await campaign(
      'send',
      '--account',
      'support',
      '--inbox',
      '3',
      '--to',
      PEOPLE[4]?.phone ?? '',
      '--text',
      'Hi Xanthippe4',
    );
    expect(streams.length).toBeGreaterThan(10);
    for (const { command, text } of streams) {
      // What a person typed is no leak; what comes back is.
      expect({ command, personal: personalIn(text) }).toEqual({ command, personal: [] });
    }
  }, 120_000);

  it('in what goes wrong: a refused token, a platform that is gone, an inbox that is not there', async () => {
    place.sandbox.setFaults([{ fault: 'wrong_token' }]);
    place.write('other.yaml', campaignYaml({ name: 'other' }));
    const failures = [
      await campaign('accounts', 'test', 'support'),
      await campaign('run', 'other.yaml'),
    ];
    place.sandbox.clearFaults();
    place.write('third.yaml', campaignYaml({ name: 'third', inbox: '"77"' }));
    failures.push(await campaign('run', 'third.yaml'));
    place.write(
      'gone.yaml',
      accountsYaml('http://127.0.0.1:9', '').replace('sandbox-token', TOKEN),
    );
    failures.push(await campaign('run', 'other.yaml', '--accounts', 'gone.yaml'));
    for (const { exit, out, err } of failures) {
      expect(exit).not.toBe(0);
      expect(personalIn(out + err)).toEqual([]);
      expect((out + err).length).toBeGreaterThan(20);
    }
  });

  it('in the errors of the n8n node', async () => {
    const installed = installPackage();
    const node = await loadNode(installed.folder, 'chatwoot', 'chatwootApi');
    place.sandbox.setFaults([
      { match: { delivers: true, every: 2 }, fault: 'refused_after_commit' },
      { match: { delivers: true }, fault: 'wrong_token' },
    ]);
    const { items } = await node({
      credentials: { url: place.sandbox.url, accountId: '1', token: TOKEN },
      executionId: 'p1',
      items: PEOPLE.slice(0, 4).map((person) => ({ ...person })),
      settings: { onError: 'continueRegularOutput' },
      parameters: {
        resource: 'message',
        operation: 'send',
        inbox: { __rl: true, mode: 'id', value: '1' },
        recipient: '={{ $json.phone }}',
        contactName: '={{ $json.name }}',
        text: '=Hi {{ $json.name }}',
        sendKey: '',
        options: { settleSeconds: 1 },
      },
    });
    installed.remove();
    const errors = items.map(({ json }) => JSON.stringify(json['error'] ?? ''));
    expect(errors.filter((text) => text !== '""').length).toBeGreaterThan(0);
    for (const text of errors) expect(personalIn(text)).toEqual([]);
  });

  it('and the search would find it: the list itself has them', async () => {
    const { out } = await place.campaign('results', 'spring', '--csv');
    expect(personalIn(out).length).toBeGreaterThan(30);
  });
});
