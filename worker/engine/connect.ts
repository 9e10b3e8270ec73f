import { setTimeout as wait } from 'node:timers/promises';
import { CALL_KINDS, type CallKind } from '../../core/words';
import { findProvider } from '../../providers';
import { type Provider, type ProviderDefinition, settingsOf } from '../../providers/provider';
import type { Account } from '../campaign/accounts-file';
import { type Brake, brakedHttp, createBrake } from '../campaign/brake';
import { throttledHttp } from '../campaign/throttled-http';
import { createTransport } from '../http/transport';
import { type Ledger, removeLimit, setLimit, stopAccount } from '../ledger';
import { tracedHttp } from './trace';

const STOPPED = 'the platform asked to wait';

/** An account with its connections: what every request to its platform goes through. */
export interface Connection {
  readonly account: Account;
  readonly definition: ProviderDefinition;
  readonly provider: Provider;
  /** Calls per second by kind; a kind without a limit is absent. */
  readonly limits: Readonly<Partial<Record<CallKind, number>>>;
  readonly brake: Brake;
  /** Waits for what is in flight. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Where the account's limits are shared; null: nothing is charged (a single look at an account). */
  readonly ledger: Ledger | null;
  readonly inFlight: number;
  readonly timeoutMs?: number;
  /** The ledger's own where there is one. */
  readonly clock?: () => number;
}

/**
 * Opens an account's connections; makes no request yet.
 *
 * @throws ProviderError `invalid_input` when a credential is unusable.
 */
export async function connect(account: Account, options: ConnectOptions): Promise<Connection> {
  const definition = findProvider(account.platform);
  if (definition === undefined) throw new Error(`no adapter for ${account.platform}`);
  const limits = limitsOf(account, definition);
  const { ledger } = options;
  const clock = options.clock ?? ledger?.now ?? Date.now;
  const brake = createBrake((until) => {
    // Not waited for: here the brake is on already, and others hear of it a moment later.
    if (ledger !== null) {
      void untilWritten(
        () => stopAccount(ledger, account.name, { until, why: STOPPED, now: clock() }),
        () => until > clock(),
      );
    }
  });
  const transport = createTransport(definition.authorize(account.credentials), {
    stopped: () => brake.until() > clock(),
    connections: options.inFlight,
    clock: { wallMs: clock, monotonicMs: () => performance.now() },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  if (ledger !== null) {
    for (const kind of CALL_KINDS) {
      const scope = `account/${account.name}/${kind}`;
      const perSecond = limits[kind];
      if (perSecond === undefined) await removeLimit(ledger, scope);
      else await setLimit(ledger, scope, perSecond);
    }
  }
  // The brake is the last to be asked: it also stops what got its token before.
  const braked = brakedHttp(
    tracedHttp(transport.http, account.name, account.platform),
    brake,
    clock,
  );
  const http =
    ledger === null
      ? braked
      : throttledHttp(braked, { ledger, account: account.name, limits, clock });
  return {
    account,
    definition,
    provider: definition.connect(http, settingsOf(definition, account.credentials)),
    limits,
    brake,
    close: transport.close,
  };
}

/** A ledger that cannot be written now is tried again, as long as it matters. */
async function untilWritten(write: () => Promise<void>, matters: () => boolean): Promise<void> {
  while (matters()) {
    try {
      return await write();
    } catch {
      await wait(1_000, undefined, { ref: false });
    }
  }
}

/** The platform's default limits, with the account's own in their place; "none" takes one away. */
export function limitsOf(
  account: Account,
  definition: ProviderDefinition,
): Partial<Record<CallKind, number>> {
  const limits: Partial<Record<CallKind, number>> = { ...definition.capabilities.limits };
  for (const [kind, perSecond] of Object.entries(account.limits) as [CallKind, number | null][]) {
    if (perSecond === null) delete limits[kind];
    else limits[kind] = perSecond;
  }
  return limits;
}
