import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderId } from '../../core/words';

/** Where a platform's webhooks go. */
export interface WebhookTarget {
  /** On this machine only. */
  readonly url: string;
  /** What the platform signs with; without it, nothing is signed. */
  readonly secret?: string;
  /** Chatwoot: inboxes of the API channel that have a callback of their own, by id. */
  readonly inboxes?: Readonly<Record<string, { readonly url: string; readonly secret?: string }>>;
  /** In place of the platform's own waits before it tries again. */
  readonly retryMs?: readonly number[];
}

export type WebhookTargets = Readonly<Partial<Record<ProviderId, WebhookTarget>>>;

/** One call of a platform's to somebody else, ready to be made. */
export interface Notice {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** How long to wait before each further try; none: one try. */
  readonly retryMs: readonly number[];
  /** After the last try, with what went wrong. */
  readonly failed?: (why: string) => void;
}

/** What platforms tell others by themselves. */
export interface Outgoing {
  targetOf(platform: ProviderId): WebhookTarget | undefined;
  /** Makes the call soon, and never in the way of an answer. */
  send(notice: Notice): void;
}

export interface WebhookFigures {
  /** Calls that were answered with a 2xx. */
  readonly taken: number;
  /** Tries that were not. */
  readonly refused: number;
  /** Calls that nobody will make any more: given up after the last try, or dropped by the thousands. */
  readonly lost: number;
  readonly waiting: number;
}

export interface Outbox extends Outgoing {
  /** Throws an Error for an address that is not on this machine, or a platform that has no webhooks. */
  setTargets(targets: WebhookTargets): void;
  figures(): WebhookFigures;
  /** Forgets what waits. */
  reset(): void;
  /** Ends every call at once. */
  close(): void;
}

const AT_ONCE = 4;
/** A receiver that is slower than the campaign must not fill the memory. */
const MOST_WAITING = 50_000;
/** Platforms whose webhooks are described anywhere. */
const TELLING: readonly ProviderId[] = ['chatwoot', 'bevatel', 'bird'];

/** Makes the calls, a few at once, in the order in which things happened as far as nothing has to be tried again. */
export function createOutbox(): Outbox {
  let targets: WebhookTargets = {};
  let queue: Notice[] = [];
  let ended = new AbortController();
  let atWork = 0;
  let later = 0;
  let taken = 0;
  let refused = 0;
  let lost = 0;

  function send(notice: Notice): void {
    if (ended.signal.aborted) return;
    if (queue.length >= MOST_WAITING) {
      lost += 1;
      return;
    }
    queue.push(notice);
    if (atWork < AT_ONCE) {
      atWork += 1;
      // Not before whatever is answered now has been answered.
      setImmediate(() => void work(ended.signal));
    }
  }

  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const notice = queue.shift();
      if (notice === undefined) {
        atWork -= 1;
        return;
      }
      await make(notice, 0, signal);
    }
  }

  async function make(notice: Notice, tries: number, signal: AbortSignal): Promise<void> {
    const why = await call(notice, signal);
    if (signal.aborted) return;
    if (why === null) {
      taken += 1;
      return;
    }
    refused += 1;
    const wait = notice.retryMs[tries];
    if (wait === undefined) {
      lost += 1;
      notice.failed?.(why);
      return;
    }
    later += 1;
    void again(notice, tries + 1, { wait, signal });
  }

  async function again(
    notice: Notice,
    tries: number,
    { wait, signal }: { wait: number; signal: AbortSignal },
  ): Promise<void> {
    await pause(wait, undefined, { ref: false, signal }).catch(() => undefined);
    if (signal.aborted) return;
    later -= 1;
    await make(notice, tries, signal);
  }

  function forget(): void {
    ended.abort();
    queue = [];
    atWork = 0;
    later = 0;
  }

  return {
    targetOf: (platform) => targets[platform],
    send,
    setTargets(given) {
      for (const [platform, target] of Object.entries(given)) check(platform, target);
      targets = { ...given };
    },
    figures: () => ({ taken, refused, lost, waiting: queue.length + atWork + later }),
    reset() {
      forget();
      ended = new AbortController();
      taken = 0;
      refused = 0;
      lost = 0;
    },
    close: forget,
  };
}

/** Null where it was taken, else why not. */
async function call(
  { url, headers, body, timeoutMs }: Notice,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body?.cancel();
    return answer.ok ? null : String(answer.status);
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'timeout' : 'no connection';
  }
}

function check(platform: string, target: WebhookTarget): void {
  if (!TELLING.includes(platform as ProviderId)) {
    throw new Error(
      `nobody knows what webhooks of ${platform} look like; there are some of ${TELLING.join(', ')}`,
    );
  }
  for (const { url } of [target, ...Object.values(target.inboxes ?? {})]) {
    if (!isHere(url))
      throw new Error('webhooks go to this machine only, such as http://127.0.0.1:4100');
  }
}

function isHere(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);
}
