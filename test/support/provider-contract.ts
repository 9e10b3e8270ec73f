import { describe, expect, it } from 'vitest';
import { ensureContact, ensureConversation, sendMessage } from '../../activities';
import { isProviderError, type ProviderError } from '../../core/errors';
import { NoAnswer } from '../../core/http';
import type { Address, Content } from '../../core/message';
import type {
  Contact,
  Conversation,
  Finding,
  Inbox,
  Profile,
  ProviderDefinition,
  Receipt,
  Trace,
} from '../../providers/provider';
import { type CatchUpCase, catchUpContract } from './catch-up-contract';
import { caught } from './caught';
import { FAULTS, TRANSPORT_WORDS } from './provider-faults';
import { answer, drop, except, plain, type Script, scripted } from './scripted-http';

export { caught } from './caught';

/** One person's way through the three steps, with the platform's answers. */
export interface Journey {
  readonly script: Script;
  readonly contact?: Contact;
  readonly conversation?: Conversation;
  readonly receipt: Receipt;
}

/** A look-up: what is asked, what the platform lists, what follows. */
export interface LookUp {
  readonly trace: Trace;
  readonly script: Script;
  readonly finding: Finding | { readonly kind: Finding['kind'] };
}

/** What the suite needs to know of a platform. */
export interface ContractCase {
  readonly definition: ProviderDefinition;
  /** Complete and valid; the values of secret fields must appear in no request. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly inbox: Inbox;
  readonly address: Address;
  readonly profile: Profile;
  readonly content: Content;
  readonly key: string;
  readonly journeys: { readonly cold: Journey; readonly found: Journey; readonly warm: Journey };
  /** Names of faults (`when`) that are no fault of the delivering request here: an answer whose shape no document describes. */
  readonly accepts?: readonly string[];
  /** A 4xx that the platform may answer after it has committed, where there is one. */
  readonly ambiguous?: ReturnType<Script>;
  /** What a 429 without `Retry-After` means, with a `Date` of 10:15:42. */
  readonly waitWithoutRetryAfterMs?: number;
  /** By name, such as "finds it on page three"; empty where nothing can be looked up. */
  readonly lookUps: Readonly<Record<string, LookUp>>;
  /** Absent where nothing is listed of what happens later. */
  readonly catchUp?: CatchUpCase;
}

const DATE = 'Fri, 20 Nov 2026 10:15:42 GMT';
const SITUATIONS = ['cold', 'found', 'warm'] as const;

/**
 * What every adapter promises, on scripted answers: how many calls a person costs, that one request delivers and no
 * other, what becomes of a lost or odd answer, and that nothing secret or personal leaves its place.
 */
export function describeContract(name: string, platform: ContractCase): void {
  const { definition, journeys } = platform;

  describe(`${name}: the contract of a provider`, () => {
    describe.each(SITUATIONS)('a person who is %s', (situation) => {
      const journey = journeys[situation];

      it('costs the calls that the capabilities say', async () => {
        const { requests } = await travel(journey.script, journey);
        expect(requests.map(({ call }) => call)).toEqual(definition.capabilities.calls[situation]);
      });

      it('gets the message by exactly one delivering request, the last one', async () => {
        const { requests, result } = await travel(journey.script, journey);
        expect(result).toEqual(journey.receipt);
        const delivering = requests.flatMap(({ delivers }, index) => (delivers ? [index] : []));
        expect(delivering).toEqual([requests.length - 1]);
        expect(requests.at(-1)?.delivers).toEqual({ sendBy: SEND_BY });
      });

      it('is asked about by paths below the base address, without a secret', async () => {
        const { requests } = await travel(journey.script, journey);
        for (const request of requests) {
          expect(request.path).toMatch(/^\//);
          for (const secret of secrets()) expect(JSON.stringify(request)).not.toContain(secret);
        }
      });

      it.each(FAULTS)('when $when, only the delivering request is in doubt', async (fault) => {
        const { requests } = await travel(journey.script, journey);
        for (const [at, request] of requests.entries()) {
          if (request.delivers && platform.accepts?.includes(fault.when)) continue;
          const { error } = await travel(except(journey.script, at, fault.script), journey);
          const code = request.delivers ? fault.delivering : fault.other;
          expect(error?.code, `request ${at}`).toBe(code);
          expectDiscreet(error);
        }
      });

      it('waits as long as a 429 says', async () => {
        const last = definition.capabilities.calls[situation].length - 1;
        const waits: [Record<string, string>, number | undefined][] = [
          [{ 'retry-after': '30' }, 30_000],
          [{ 'retry-after': '0.5' }, 500],
          [{ 'retry-after': 'Fri, 20 Nov 2026 10:16:12 GMT', date: DATE }, 30_000],
          [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:00 GMT', date: DATE }, 0],
          [{ date: DATE }, platform.waitWithoutRetryAfterMs],
          [{}, undefined],
        ];
        for (const [headers, expected] of waits) {
          const script = except(journey.script, last, () => plain('Retry later\n', 429, headers));
          const { error } = await travel(script, journey);
          expect(error?.retryAfterMs, JSON.stringify(headers)).toBe(expected);
        }
      });
    });

    const { ambiguous } = platform;
    if (ambiguous !== undefined) {
      it('an ambiguous refusal leaves the outcome open', async () => {
        const last = definition.capabilities.calls.warm.length - 1;
        const { error } = await travel(
          except(journeys.warm.script, last, () => ambiguous),
          journeys.warm,
        );
        expect(error?.code).toBe('outcome_unknown');
        expectDiscreet(error);
      });
    }

    it('refuses in its own name, with the detail out of the message', () => {
      const error = connect(() => answer(null)).provider.refuse('blocked', 'Ada is blocked');
      expect(error).toMatchObject({
        code: 'rejected',
        reason: 'blocked',
        detail: 'Ada is blocked',
      });
      expect(error.provider).toBe(definition.id);
      expect(error.message).not.toContain('Ada');
    });

    describe('credentials', () => {
      it('become a base address without a trailing slash', () => {
        expect(definition.authorize(platform.credentials).baseUrl).toMatch(/^https?:\/\/.*[^/]$/);
      });

      const required = definition.credentials.filter((field) => field.required);
      it.each(required)(
        'are refused without $name, by its name and no value',
        ({ name: field }) => {
          const error = thrown(() =>
            definition.authorize({ ...platform.credentials, [field]: '  ' }),
          );
          expect(error.code).toBe('invalid_input');
          expect(error.message).toContain(field);
          for (const secret of secrets()) expect(error.message).not.toContain(secret);
        },
      );
    });

    if (Object.keys(platform.lookUps).length > 0) {
      describe('a look-up', () => {
        it.each(Object.keys(platform.lookUps))('%s', async (title) => {
          const { trace, script, finding } = platform.lookUps[title] ?? expect.fail();
          const { provider, requests } = connect(script);
          expect(await provider.findSent?.(platform.key, trace)).toMatchObject(finding);
          for (const request of requests) {
            expect(request).toMatchObject({ call: 'lookup' });
            expect(request.delivers).toBeUndefined();
          }
        });

        it('never throws anything but a provider error, and never in doubt', async () => {
          for (const { trace, script } of Object.values(platform.lookUps)) {
            for (const fault of [drop(new NoAnswer('reset', true)), () => answer({})]) {
              const { provider } = connect(except(script, 0, fault));
              const error = await caught(async () => provider.findSent?.(platform.key, trace));
              expect(['unavailable', 'unexpected_response']).toContain(error?.code);
              expectDiscreet(error);
            }
          }
        });
      });
    }

    describe('catching up', () => {
      catchUpContract(definition, platform.catchUp, { connect, secrets, expectDiscreet });
    });
  });

  function connect(script: Script, more: Readonly<Record<string, string>> = {}) {
    const { http, requests } = scripted(script);
    const given = { ...platform.credentials, ...more };
    const settings = Object.fromEntries(
      definition.credentials
        .filter((field) => !field.secret)
        .map((field) => [field.name, given[field.name] ?? field.default ?? '']),
    );
    return { provider: definition.connect(http, settings), requests };
  }

  async function travel(script: Script, journey: Journey) {
    const { provider, requests } = connect(script);
    const { address, profile, inbox, content, key } = platform;
    let result: Receipt | undefined;
    const error = await caught(async () => {
      const contact = await ensureContact(provider, {
        address,
        profile,
        inbox,
        ...(journey.contact === undefined ? {} : { known: journey.contact }),
      });
      const conversation = await ensureConversation(provider, {
        contact,
        address,
        inbox,
        content,
        profile,
        ...(journey.conversation === undefined ? {} : { known: journey.conversation }),
      });
      // No earlier step may make the platform deliver.
      expect(requests.filter(({ delivers }) => delivers)).toEqual([]);
      const send = { key, attempt: 1, inbox, address, contact, conversation, content, profile };
      result = await sendMessage(provider, { ...send, sendBy: SEND_BY });
    });
    return { requests, result, error };
  }

  function secrets(): string[] {
    return definition.credentials
      .filter((field) => field.secret)
      .map((field) => platform.credentials[field.name] ?? '')
      .filter((value) => value !== '');
  }

  function expectDiscreet(error: ProviderError | undefined): void {
    expect(error?.provider).toBe(definition.id);
    expect(error?.message).toMatch(new RegExp(`^${definition.id}: `));
    const { address, content, key } = platform;
    const private_ = [...secrets(), address.value, address.value.replace('+', ''), key];
    const text = content.kind === 'text' ? content.text : content.name;
    for (const word of [...private_, text, 'http', '/api', TRANSPORT_WORDS]) {
      expect(error?.message).not.toContain(word);
    }
  }
}

const SEND_BY = { wallMs: 1_795_000_000_000, monotonicMs: 5000 };

function thrown(action: () => unknown): ProviderError {
  try {
    action();
  } catch (error) {
    if (isProviderError(error)) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}
