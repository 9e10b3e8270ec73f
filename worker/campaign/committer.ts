import { setImmediate as immediate, setTimeout as wait } from 'node:timers/promises';
import type { Deadline } from '../../core/http';
import {
  type AtGate,
  type Campaign,
  commitGroup,
  type GateAnswer,
  isAway,
  type Landing,
  type Lease,
  type Ledger,
  type Mutant,
} from '../ledger';
import { blend } from './pace';

/** The most rows in one commit: it blocks the process for a few milliseconds. */
const GROUP = 500;

/** The least time between two commits: each costs a flush to the disk, and blocks the process meanwhile. */
const GATHER_MS = 4;
/** A disk that stalls once does not widen what is under way. */
const MOST_COUNTED_MS = 50;

type Going = Extract<GateAnswer, { readonly go: true }>;
/**
 * The gate's answer, with its last moment on both clocks. The monotonic one counts from before the commit: whatever
 * happens to the wall clock after that, also while the commit is under way, prolongs nothing.
 */
export type Opened = Exclude<GateAnswer, Going> | (Going & { readonly deadline: Deadline });

/** Tries to record what is in hand, when the ledger fails at once. */
const MOST_FAILURES = 5;
/** The same where each try takes long, as behind another process's lock: what is not recorded is looked up later. */
const PATIENCE_MS = 20_000;
/** And where the database went away: it will be back. */
const AWAY_MS = 5 * 60_000;

interface Waiter {
  readonly gate: AtGate;
  readonly resolve: (answer: Opened) => void;
  readonly reject: (error: unknown) => void;
}

export interface Committer {
  /** Hands a result over; it is on the disk when `drain` resolves. */
  land(landing: Landing): void;
  /** Waits for the gate. Rejects when the commit failed: then nothing may be sent. */
  gate(gate: AtGate): Promise<Opened>;
  /** How long a commit takes of late, with the time that its group gathers. */
  commitMs(): number;
  /** True while rows that are ready wait for a token. */
  throttled(): boolean;
  /** Lets every row go that still waits for a token. */
  release(): void;
  /** Resolves when everything handed over is committed. Rejects with the ledger's error when it cannot be. */
  drain(): Promise<void>;
}

interface Options {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly inboxId: string;
  readonly lease: Lease;
  readonly scopes: readonly string[];
  /** Tokens only in their own moment. */
  readonly noneAhead?: boolean | undefined;
  readonly mutant?: Mutant | undefined;
  readonly clock: () => number;
}

/**
 * Groups results and gates into commits: while one commit is under way, the next group gathers. Without load a row
 * passes alone; under load hundreds share one flush to the disk.
 */
export function createCommitter({ clock, ...fixed }: Options): Committer {
  const { ledger, campaign, inboxId, lease, scopes, noneAhead, mutant } = fixed;
  let landings: Landing[] = [];
  let waiters: Waiter[] = [];
  /** On the monotonic clock: a wall clock that is set back must not shut the gate for as long as that. */
  let retryAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> | null = null;
  let failing: Error | undefined;
  let lastEnd = 0;
  let commitMs = 5;
  let throttled = false;

  const wake = (): void => {
    busy ??= gather()
      .then(flush)
      .finally(() => {
        lastEnd = performance.now();
        busy = null;
        // What came while the commit was under way is the next group.
        if (!failing && (landings.length > 0 || waiters.length > 0)) later();
      });
  };

  /** Lets a group gather: the first one at once, the next ones not before a commit is worth its flush again. */
  function gather(): Promise<unknown> {
    const left = lastEnd + GATHER_MS - performance.now();
    return left > 0.5 ? wait(left) : immediate();
  }

  function later(): void {
    const blocked = landings.length === 0 ? retryAt - performance.now() : 0;
    if (blocked <= 0) wake();
    else {
      clearTimeout(timer);
      timer = setTimeout(wake, blocked);
    }
  }

  async function flush(): Promise<void> {
    const began = performance.now();
    const now = clock();
    const group = {
      landings: landings.splice(0, GROUP),
      gates: began < retryAt ? [] : waiters.splice(0, GROUP),
    };
    if (group.landings.length === 0 && group.gates.length === 0) return;
    try {
      const { answers, nextAt } = await commitGroup(ledger, {
        campaign,
        inboxId,
        lease,
        scopes,
        noneAhead,
        mutant,
        now,
        landings: group.landings,
        gates: group.gates.map(({ gate }) => gate),
      });
      failing = undefined;
      commitMs = blend(commitMs, Math.min(MOST_COUNTED_MS, performance.now() - began + GATHER_MS));
      // Also when all were let through: whoever has a block of tokens does not take the next one before others could.
      if (group.gates.length > 0) retryAt = began + (nextAt - now);
      hand(answers, group.gates, began - now);
    } catch (error) {
      // Results stay in hand for another try; what stood at the gate must not be sent.
      landings = [...group.landings, ...landings];
      failing = error instanceof Error ? error : new Error('the commit failed', { cause: error });
      for (const { reject } of [...group.gates, ...waiters.splice(0)]) reject(failing);
    }
  }

  /** `offset`: from the wall clock to the monotonic one, as it was before the commit. */
  function hand(answers: readonly GateAnswer[], gates: readonly Waiter[], offset: number): void {
    const bySeq = new Map<number, Waiter>();
    for (const waiter of gates) {
      const { seq } = waiter.gate;
      // Only the first of two for one row was asked about.
      if (bySeq.has(seq)) waiter.resolve({ seq, go: false, why: 'lost' });
      else bySeq.set(seq, waiter);
    }
    const back: Waiter[] = [];
    for (const answer of answers) {
      const waiter = bySeq.get(answer.seq);
      if (waiter === undefined) continue;
      if (!answer.go && answer.why === 'throttled') {
        back.push(waiter);
      } else if (answer.go) {
        const deadline = { wallMs: answer.sendBy, monotonicMs: answer.sendBy + offset };
        waiter.resolve({ ...answer, deadline });
      } else {
        waiter.resolve(answer);
      }
    }
    if (gates.length > 0) throttled = back.length > 0;
    waiters = [...back, ...waiters];
  }

  return {
    commitMs: () => commitMs,
    throttled: () => throttled,
    land(landing) {
      landings.push(landing);
      wake();
    },
    gate(gate) {
      if (failing !== undefined) return Promise.reject(failing);
      return new Promise((resolve, reject) => {
        waiters.push({ gate, resolve, reject });
        wake();
      });
    },
    release() {
      clearTimeout(timer);
      for (const { gate, resolve } of waiters.splice(0)) {
        resolve({ seq: gate.seq, go: false, why: 'throttled', retryAt: clock() });
      }
    },
    async drain() {
      const began = performance.now();
      for (let failures = 0; landings.length > 0 || busy !== null; ) {
        wake();
        await busy;
        if (failing === undefined) continue;
        failures += 1;
        // Results in hand are worth waiting for: without them every one of these has to be looked up.
        const lasted = performance.now() - began;
        const patience = isAway(failing) ? AWAY_MS : PATIENCE_MS;
        if (lasted > patience || (failures > MOST_FAILURES && !isAway(failing))) throw failing;
        await wait(Math.min(100 * 2 ** failures, 2_000));
      }
    },
  };
}
