import { createHash } from 'node:crypto';
import type { ProviderId } from '../../core/words';
import type { CountedMessage } from './counts';
import type { OtherSide } from './platform';

/** What people do by themselves, for a rehearsal. Shares are between 0 and 1, of the people who get a message. */
export interface CrowdRules {
  /** What a share of them answers to the first message that they get. */
  readonly answers?: readonly {
    readonly text: string;
    readonly share: number;
    /** 2000 by default. */
    readonly afterMs?: number;
  }[];
  /** That messages arrive; without it nothing is told of them after they were taken. */
  readonly deliveries?: {
    /** 1000 by default. */
    readonly afterMs?: number;
    /** Shares that fail instead, and that are read as well. */
    readonly failed?: number;
    readonly read?: number;
  };
}

export interface Crowd {
  /** Replaces all rules. Throws an Error for a share that is none. */
  setRules(rules: CrowdRules): void;
  /** A message that was taken. */
  got(message: CountedMessage): void;
  /** Answers so far. */
  answered(): number;
  reset(): void;
  close(): void;
}

const ANSWER_MS = 2000;
const DELIVERY_MS = 1000;

/**
 * Lets people act on what they get. Who does what follows from the address and the seed, so that it is the same every time.
 * `sideOf` is the other side of a platform, where it has one.
 */
export function createCrowd(
  seed: number,
  sideOf: (platform: ProviderId) => OtherSide | undefined,
): Crowd {
  let rules: CrowdRules = {};
  const timers = new Set<NodeJS.Timeout>();
  const spoken = new Set<string>();

  function soon(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      try {
        act();
      } catch {
        // What was to be acted on is gone, or the platform has no such thing.
      }
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  function answer(side: OtherSide, { platform, recipient, inboxId }: CountedMessage): void {
    let share = shareOf(`${seed} answers ${recipient}`);
    for (const rule of rules.answers ?? []) {
      if (share >= rule.share) {
        share -= rule.share;
        continue;
      }
      const person = `${platform} ${recipient}`;
      if (spoken.has(person)) return;
      spoken.add(person);
      const { text, afterMs = ANSWER_MS } = rule;
      soon(afterMs, () => side.reply({ address: recipient, text, inboxId }));
      return;
    }
  }

  function deliver(
    side: OtherSide,
    { messageId, conversationId, recipient }: CountedMessage,
  ): void {
    if (rules.deliveries === undefined) return;
    const { afterMs = DELIVERY_MS, failed = 0, read = 0 } = rules.deliveries;
    const share = shareOf(`${seed} deliveries ${recipient}`);
    const which = { messageId, conversationId };
    soon(afterMs, () => side.deliver({ kind: share < failed ? 'failed' : 'delivered', ...which }));
    if (share >= 1 - read) soon(afterMs * 2, () => side.deliver({ kind: 'read', ...which }));
  }

  function forget(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    spoken.clear();
  }

  return {
    setRules(given) {
      check(given);
      rules = given;
    },
    got(message) {
      const side = message.delivered ? sideOf(message.platform) : undefined;
      if (side === undefined) return;
      deliver(side, message);
      answer(side, message);
    },
    answered: () => spoken.size,
    reset: forget,
    close: forget,
  };
}

/** A number in [0, 1) that is always the same for a text. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

function check({ answers = [], deliveries = {} }: CrowdRules): void {
  const shares = [
    answers.map(({ share }) => share),
    [deliveries.failed ?? 0, deliveries.read ?? 0],
  ];
  for (const each of shares) {
    const sum = each.reduce((all, share) => all + share, 0);
    if (!each.every((share) => share >= 0) || !(sum <= 1)) {
      throw new Error('shares are between 0 and 1, and together no more than 1');
    }
  }
}
