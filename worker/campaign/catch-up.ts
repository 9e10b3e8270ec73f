import { randomUUID } from 'node:crypto';
import { isProviderError } from '../../core/errors';
import type { Provider } from '../../providers/provider';
import { endPoll, inboundAccounts, keepPoll, type Ledger, takePoll } from '../ledger';
import { takeIn } from './inbound';
import { pause } from './pause';
import { unlessBusy } from './unless-busy';

/** What a platform shows late, or by a clock that is behind, is asked for again: telling a thing twice is nothing. */
const OVERLAP_MS = 2 * 60_000;
/** Who asks is believed to be at it for so long; after one that failed, the next one waits as long. */
const LEASE_MS = 20_000;
/** A page may take a platform longer than that: its calls wait for their tokens. */
const RENEW_MS = 5_000;
/** How often each account is asked. */
export const CATCH_UP_MS = 30_000;
/** So much sooner than it is due, it may be asked. */
const EARLY_MS = 250;

/** Why a platform could not be asked to the end: a code. */
export type OnTrouble = (account: string, code: string) => void;

export interface CatchUpOptions {
  readonly ledger: Ledger;
  readonly account: string;
  readonly provider: Pick<Provider, 'catchUp'>;
  /** No sooner than so long after the last time, by whomever. */
  readonly everyMs?: number;
  /** True: the next page is left to the next time. */
  readonly stopping?: () => boolean;
  readonly onTrouble?: OnTrouble | undefined;
}

/**
 * Asks a platform once what became of messages and who answered since the last time, and takes it in page by page. Who gets no
 * webhooks, or has lost some, learns of a STOP by it. Only one process at a time asks for an account. Never throws: what
 * fails is asked for again.
 *
 * @returns whether everything until now is known: `asked` it is, by this call; `not_due` somebody is at it or has just been;
 * `failed` it is not; `none` the platform cannot be asked.
 */
export async function catchUp(
  options: CatchUpOptions,
): Promise<'asked' | 'not_due' | 'failed' | 'none'> {
  const { ledger, account, provider, everyMs = CATCH_UP_MS, onTrouble } = options;
  const { stopping = () => false } = options;
  if (provider.catchUp === undefined) return 'none';
  const holder = randomUUID();
  let lost = false;
  let renewal: NodeJS.Timeout | undefined;
  async function keep(): Promise<void> {
    lost ||= !(await keepPoll(ledger, account, holder, ledger.now() + LEASE_MS));
  }
  try {
    const now = ledger.now();
    const turn = await takePoll(ledger, account, holder, { now, leaseMs: LEASE_MS, everyMs });
    if (turn === null) return 'not_due';
    renewal = setInterval(unlessBusy(keep), RENEW_MS);
    for await (const page of provider.catchUp(Math.max(0, turn.since - OVERLAP_MS), now)) {
      await takeIn(ledger, account, page);
      if (stopping()) {
        await endPoll(ledger, account, holder, turn.since);
        return 'failed';
      }
      await keep();
      if (lost) {
        onTrouble?.(account, 'turn_lost');
        return 'failed';
      }
    }
    await endPoll(ledger, account, holder, now);
    return 'asked';
  } catch (error) {
    onTrouble?.(account, codeOf(error));
    await endPoll(ledger, account, holder, null).catch(() => undefined);
    return 'failed';
  } finally {
    clearInterval(renewal);
  }
}

/** Nothing of an error's words leaves here. */
function codeOf(error: unknown): string {
  if (isProviderError(error)) return error.code;
  return error instanceof Error && error.name === 'LedgerError' ? 'ledger' : 'internal';
}

export interface KeepOptions {
  readonly ledger: Ledger;
  /** Connected, so that calls are charged to the account's limits. What it throws is a trouble of that account alone. */
  readonly providerOf: (account: string) => Promise<Pick<Provider, 'catchUp'>>;
  /** These alone; by default all whose messages may still be answered. */
  readonly accounts?: readonly string[];
  readonly everyMs?: number;
  readonly stopping: () => boolean;
  readonly onTrouble?: OnTrouble | undefined;
}

/**
 * Asks every account again and again, each with a campaign that is not over, or has not been for a week. Resolves soon after
 * `stopping` says so, when the call that is under way has ended. Never throws.
 */
export async function keepCaughtUp(options: KeepOptions): Promise<void> {
  const { ledger, everyMs = CATCH_UP_MS, stopping, onTrouble } = options;
  const under = new Map<string, Promise<void>>();
  while (!stopping()) {
    const accounts =
      options.accounts ??
      (await inboundAccounts(ledger.db, ledger.now()).catch((error: unknown) => {
        onTrouble?.('', codeOf(error));
        return [];
      }));
    for (const account of accounts) {
      // One that is slow keeps no other one waiting, and itself only.
      if (under.has(account)) continue;
      const ask = askOnce(options, account).finally(() => under.delete(account));
      under.set(account, ask);
    }
    await pause(everyMs, stopping);
  }
  await Promise.all(under.values());
}

async function askOnce(options: KeepOptions, account: string): Promise<void> {
  const { ledger, everyMs, stopping, onTrouble } = options;
  try {
    const provider = await options.providerOf(account);
    // A look that comes a moment early is none that comes too soon.
    const soonest = everyMs === undefined ? {} : { everyMs: Math.max(0, everyMs - EARLY_MS) };
    await catchUp({ ledger, account, provider, stopping, onTrouble, ...soonest });
  } catch (error) {
    onTrouble?.(account, codeOf(error));
  }
}
