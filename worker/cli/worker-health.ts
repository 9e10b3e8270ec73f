import { createHealth } from '../api/health';
import { type Listening, listen } from '../api/listen';
import { createMetrics, type Metrics } from '../api/metrics';
import { answers, figuresOf, type Ledger } from '../ledger';

/** A ledger that has not answered by then is away. */
const ANSWER_MS = 2_000;

export interface Vitals {
  readonly metrics: Metrics;
  /** Why this process cannot take part now, in codes; none: it can. */
  readonly troubles: () => Promise<readonly string[]>;
}

/** A process is ready when the ledger answers, the engine has no trouble, and it is not about to end. */
export function vitalsOf(options: {
  readonly ledger: Ledger;
  readonly stopping: () => boolean;
  /** The engine's own troubles, in codes. */
  readonly engine: () => readonly string[];
}): Vitals {
  const { ledger, stopping, engine } = options;
  async function troubles(): Promise<readonly string[]> {
    const ours = stopping() ? ['DRAINING'] : [];
    const theirs = (await isThere(ledger)) ? [] : ['LEDGER_AWAY'];
    return [...ours, ...theirs, ...engine()];
  }
  const metrics = createMetrics({
    figures: () => inTime(figuresOf(ledger.db, ledger.now())),
    clock: ledger.now,
    troubles,
  });
  return { metrics, troubles };
}

/**
 * Answers for a worker's health.
 *
 * @throws InputError when nothing can listen there.
 */
export async function serveHealth(
  { metrics, troubles }: Vitals,
  host: string,
  port: number,
): Promise<Listening> {
  const app = createHealth({
    troubles,
    metrics: async () => ({ type: metrics.type, text: await metrics.read() }),
  });
  return listen(app, host, port);
}

async function isThere(ledger: Ledger): Promise<boolean> {
  try {
    await inTime(answers(ledger.db));
    return true;
  } catch {
    return false;
  }
}

/** @throws Error when it takes too long. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
