import { expect, it } from 'vitest';
import type { DeliveryEvent } from '../../core/delivery';
import type { ProviderError } from '../../core/errors';
import type { HttpRequest } from '../../core/http';
import type { Provider, ProviderDefinition } from '../../providers/provider';
import { caught } from './caught';
import { FAULTS } from './provider-faults';
import { except, type Script } from './scripted-http';

/** What a platform lists of a stretch of time, and what it tells by that. */
export interface CatchUpCase {
  /** What an account needs to say before anything can be listed. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly since: number;
  readonly until: number;
  /** Also lists an answer and a delivery that are hours outside of the window. */
  readonly script: Script;
  /** An answer, and a delivery where the platform tells of any; in any order. */
  readonly told: readonly Partial<DeliveryEvent>[];
  /** The same things as webhooks tell them, where there are any. */
  readonly webhooks?: readonly object[];
}

interface Connected {
  readonly provider: Provider;
  readonly requests: readonly HttpRequest[];
}

/** What `catchUp` promises. `connect` makes an account that is answered by a script; `secrets` must be in no request. */
export function catchUpContract(
  definition: ProviderDefinition,
  given: CatchUpCase | undefined,
  {
    connect,
    secrets,
    expectDiscreet,
  }: {
    connect(script: Script, settings?: Readonly<Record<string, string>>): Connected;
    secrets(): string[];
    expectDiscreet(error: ProviderError | undefined): void;
  },
): void {
  if (given === undefined) {
    it('cannot be asked for what became of messages', () => {
      const { provider } = connect(() => expect.fail('asked'));
      expect(provider.catchUp).toBeUndefined();
      expect(definition.capabilities.catchesUp).toEqual([]);
    });
    return;
  }

  async function catchUp(script: Script) {
    const { provider, requests } = connect(script, given?.settings);
    const events: DeliveryEvent[] = [];
    const error = await caught(async () => {
      const pages = provider.catchUp?.(given?.since ?? 0, given?.until ?? 0);
      for await (const page of pages ?? expect.fail('it catches nothing up')) events.push(...page);
    });
    return { events, requests, error };
  }

  it('tells what happened in a stretch of time, and of nothing else', async () => {
    const { events, error } = await catchUp(given.script);
    expect(error).toBeUndefined();
    expect(events).toHaveLength(given.told.length);
    for (const each of given.told) {
      expect(events).toContainEqual(expect.objectContaining(each));
    }
    const kinds = new Set(events.map(({ kind }) => kind));
    expect(kinds).toContain('replied');
    if (given.settings !== undefined) return;
    for (const kind of kinds) expect(definition.capabilities.catchesUp).toContain(kind);
    expect(kinds.size).toBeGreaterThan(1);
  });

  it('tells it again under the same ids, which are those of its webhooks', async () => {
    const ids = async () => (await catchUp(given.script)).events.map(({ id }) => id).sort();
    expect(await ids()).toEqual(await ids());
    if (given.webhooks === undefined) return;
    const calls = given.webhooks.flatMap((body) => [
      ...(definition.webhook?.parse(Buffer.from(JSON.stringify(body))) ?? []),
    ]);
    expect(calls.map(({ id }) => id).sort()).toEqual(await ids());
  });

  it('asks for it by look-ups alone, below the base address and without a secret', async () => {
    const { requests } = await catchUp(given.script);
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) {
      expect(request).toMatchObject({ method: 'GET', call: 'lookup' });
      expect(request.delivers).toBeUndefined();
      expect(request.path).toMatch(/^\//);
      for (const secret of secrets()) expect(JSON.stringify(request)).not.toContain(secret);
    }
  });

  // A list that is gone may be a conversation that was deleted meanwhile.
  it.each(FAULTS.filter(({ when }) => !when.includes('404')))(
    'says so when $when in the middle of it',
    async (fault) => {
      const { requests } = await catchUp(given.script);
      for (const at of requests.keys()) {
        const { error } = await catchUp(except(given.script, at, fault.script));
        expect(error?.code, `request ${at}`).toBe(fault.other);
        expectDiscreet(error);
      }
    },
  );
}
