import { ProviderError } from '../../core/errors';
import type {
  Contact,
  Conversation,
  Finding,
  Provider,
  Receipt,
  Send,
} from '../../providers/provider';

/** One call that the code under test has made and waits for. */
export interface Call<Q, A> {
  readonly asked: Q;
  answer(answer: A): void;
  fail(error: Error): void;
}

/** One method of the seam. Its calls stay open until the test ends them, or by `always` end at once. */
export interface Step<Q, A> {
  /** Every call so far, ended or not. */
  readonly calls: readonly Call<Q, A>[];
  /** The next call that nobody asked for yet; waits until it is made. */
  next(): Promise<Call<Q, A>>;
  /** Ends every later call at once. */
  always(answer: (asked: Q) => A | Promise<A>): void;
}

export interface ScriptedProvider {
  readonly provider: Provider;
  /** By address. */
  readonly contacts: Step<string, Contact>;
  readonly sends: Step<Send, Receipt>;
  /** By key. */
  readonly looks: Step<string, Finding>;
}

/** A platform of which every answer comes when the test says so. Conversations are there at once. */
export function scriptedProvider(): ScriptedProvider {
  const contacts = step<string, Contact>();
  const sends = step<Send, Receipt>();
  const looks = step<string, Finding>();
  return {
    contacts,
    sends,
    looks,
    provider: {
      refuse: (reason, detail) =>
        new ProviderError('rejected', `scripted: ${reason}`, {
          provider: 'chatwoot',
          reason,
          detail,
        }),
      listInboxes: () => Promise.resolve([]),
      ensureContact: ({ value }) => contacts.call(value),
      ensureConversation: ({ id }): Promise<Conversation> =>
        Promise.resolve({ id: `with-${id}`, watermark: '0', canReply: true, blocked: false }),
      sendMessage: (send) => sends.call(send),
      findSent: (key) => looks.call(key),
    },
  };
}

/** One on which nothing is slow: contacts are there, messages are taken, and a look-up finds what was taken. */
export function obligingProvider(): ScriptedProvider {
  const it = scriptedProvider();
  const taken = new Map<string, Receipt>();
  it.contacts.always(contactOf);
  it.sends.always(({ key }) => {
    const receipt = receiptOf(`taken-${taken.size + 1}`);
    taken.set(key, receipt);
    return receipt;
  });
  it.looks.always((key) => {
    const receipt = taken.get(key);
    return receipt === undefined ? { kind: 'absent' } : { kind: 'found', receipts: [receipt] };
  });
  return it;
}

export const contactOf = (address: string): Contact => ({
  id: `contact-${address.slice(-4)}`,
  created: false,
  blocked: false,
});

export const receiptOf = (messageId: string): Receipt => ({ messageId, conversationId: 'c' });

/** The answer to a delivering request was lost. */
export const lostAnswer = (): ProviderError =>
  new ProviderError('outcome_unknown', 'scripted: no answer', { provider: 'chatwoot' });

function step<Q, A>(): Step<Q, A> & { call(asked: Q): Promise<A> } {
  const calls: Call<Q, A>[] = [];
  const waiting: ((call: Call<Q, A>) => void)[] = [];
  let taken = 0;
  let answers: ((asked: Q) => A | Promise<A>) | null = null;
  return {
    calls,
    call(asked) {
      const { promise, resolve, reject } = Promise.withResolvers<A>();
      const call: Call<Q, A> = { asked, answer: resolve, fail: reject };
      calls.push(call);
      if (answers !== null) {
        Promise.resolve(asked).then(answers).then(resolve, reject);
        return promise;
      }
      const waiter = waiting.shift();
      if (waiter !== undefined) {
        taken += 1;
        waiter(call);
      }
      return promise;
    },
    next() {
      const call = calls[taken];
      if (call === undefined) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(call);
    },
    always(answer) {
      answers = answer;
    },
  };
}
