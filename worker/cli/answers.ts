import { setTimeout as wait } from 'node:timers/promises';
import { CATCH_UP_MS, keepCaughtUp } from '../campaign/catch-up';
import { catchUpNow, HEAR_MS } from '../campaign/hearing';
import { pause } from '../campaign/pause';
import type { Connection } from '../engine/connect';
import type { Ledger } from '../ledger';
import type { View } from './view';

/** After so long a person is told what it waits for. */
const NOTE_MS = 1_500;
const LOOK_MS = 50;

export interface Answers {
  /** Resolves when what people answered until now is known; or after a while, or when it is to end. */
  readonly first: Promise<void>;
  /** Asks no more. Resolves when the call that is under way has ended. */
  end(): Promise<void>;
}

/**
 * Asks the platform what people answered: once before the campaign sends, and then again and again, so that a STOP counts also
 * where no webhook reaches this machine.
 */
export function readAnswers(options: {
  readonly ledger: Ledger;
  readonly connection: Pick<Connection, 'account' | 'provider'>;
  readonly stopping: () => boolean;
  readonly view: Pick<View, 'note'>;
  readonly everyMs?: number;
}): Answers {
  const { ledger, connection, view, everyMs = CATCH_UP_MS } = options;
  const { provider } = connection;
  const account = connection.account.name;
  if (provider.catchUp === undefined) {
    return { first: Promise.resolve(), end: () => Promise.resolve() };
  }
  let over = false;
  let told = false;
  const stopping = () => over || options.stopping();
  const note = (why: string): void => {
    if (told) return;
    told = true;
    view.note(
      `What people answered cannot be read now (${why}): whoever said STOP by a reply lately is not known. It is tried again while the campaign runs.`,
    );
  };
  const onTrouble = (_account: string, code: string): void => note(code);
  const firstOne = catchUpNow({ ledger, account, provider, stopping, onTrouble });

  async function first(): Promise<void> {
    let done = false;
    void firstOne.finally(() => {
      done = true;
    });
    const began = performance.now();
    let noted = false;
    while (!done && !stopping() && performance.now() - began < HEAR_MS) {
      if (!noted && performance.now() - began > NOTE_MS) {
        noted = true;
        view.note('Reading what people answered lately …');
      }
      await wait(LOOK_MS);
    }
    if (!done && !stopping()) note('it takes long');
  }

  const kept = firstOne.then(async () => {
    await pause(everyMs, stopping);
    await keepCaughtUp({
      ...{ ledger, accounts: [account], everyMs, stopping, onTrouble },
      providerOf: () => Promise.resolve(provider),
    });
  });
  return {
    first: first(),
    async end() {
      over = true;
      await kept;
    },
  };
}
