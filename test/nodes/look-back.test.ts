import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { executeOn } from '../../nodes/shared/execute';
import { sendOperation } from '../../nodes/shared/operations';
import type { Finding, Provider, Sought } from '../../providers/provider';
import { type FakePlatform, fakePlatform } from '../support/fake-platform';
import { fakeContext } from '../support/n8n-context';

const phone = (n: number) => `+1202555${String(100 + n).padStart(4, '0')}`;
const DAY_MS = 24 * 60 * 60 * 1_000;

const message = (item: number, more: IDataObject = {}): IDataObject => ({
  ...{ resource: 'message', operation: 'send', inbox: { mode: 'id', value: '1' } },
  ...{ recipient: phone(item), text: 'Hi', sendKey: `order-${item}`, options: {} },
  ...more,
});

/** A platform with one listing that shows everybody's messages, where all are known from before. */
function listing(answer: (sought: readonly Sought[]) => readonly Finding[]) {
  const fake: FakePlatform = fakePlatform();
  const asked: (readonly Sought[])[] = [];
  const { connect } = fake.platform.definition;
  Object.assign(fake.platform.definition, {
    connect: (...args: Parameters<typeof connect>): Provider => ({
      ...connect(...args),
      async findAllSent(sought) {
        asked.push(sought);
        return answer(sought);
      },
    }),
  });
  for (let n = 0; n < 30; n += 1) fake.contacts.add(phone(n));
  return { fake, asked };
}

const absent = (sought: readonly Sought[]) => sought.map((): Finding => ({ kind: 'absent' }));

async function run(
  { platform }: FakePlatform,
  items: number,
  parameters: (item: number) => IDataObject = message,
  more: object = {},
) {
  const { context } = fakeContext({ items, parameters, ...more });
  return (await executeOn(context, platform, [sendOperation])).map(({ json }) => json);
}

describe('where one listing shows what everybody was sent', () => {
  it('all items are looked up by one, three days back', async () => {
    const { fake, asked } = listing(absent);
    await run(fake, 20);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.map(({ trace }) => trace.address.value)).toEqual(
      Array.from({ length: 20 }, (_, n) => phone(n)),
    );
    const { since, until } = asked[0]?.[0]?.trace ?? { since: 0, until: 0 };
    expect(until - since).toBe(3 * DAY_MS);
    expect(fake.lookUps).toBe(0);
    expect(fake.sends).toHaveLength(20);
  });

  it('each item gets its own finding, by the key that the platform stores', async () => {
    const { fake } = listing((sought) =>
      sought.map(
        ({ trace }): Finding =>
          trace.address.value === phone(1)
            ? { kind: 'found', receipts: [{ messageId: '77', conversationId: null }] }
            : { kind: 'absent' },
      ),
    );
    const results = await run(fake, 3);
    expect(results.map(({ by }) => by)).toEqual(['accepted', 'sent_before', 'accepted']);
    expect(results[1]).toMatchObject({ messageId: '77' });
    expect(fake.sends.map(({ address }) => address.value)).toEqual([phone(0), phone(2)]);
  });

  it('items that cannot be read, or are not to be looked up, are not asked for', async () => {
    const { fake, asked } = listing(absent);
    const parameters = (item: number) =>
      [message(0), message(1, { recipient: '12' }), message(2, { sendKey: '' })][item] ?? {};
    await run(fake, 3, parameters, { continueOnFail: true });
    expect(asked.map((sought) => sought.map(({ trace }) => trace.address.value))).toEqual([
      [phone(0)],
    ]);
    expect(fake.sends).toHaveLength(2);
  });

  it('a listing that failed is made again', async () => {
    let calls = 0;
    const { fake } = listing((sought) => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return absent(sought);
    });
    const failing = await run(
      fake,
      2,
      (item) => message(item, { options: { maxConcurrency: 1 } }),
      {
        continueOnFail: true,
      },
    );
    expect(failing.map(({ status }) => status)).toEqual([undefined, 'sent']);
    expect(calls).toBe(2);
  });

  it('is what sends nothing where it cannot tell', async () => {
    const { fake } = listing((sought) =>
      sought.map((): Finding => ({ kind: 'unclear', why: 'the clocks differ' })),
    );
    await expect(run(fake, 1)).rejects.toThrow(/the clocks differ.*nothing was sent/);
    expect(fake.sends).toHaveLength(0);
  });
});
