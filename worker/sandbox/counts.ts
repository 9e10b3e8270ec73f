import type { ProviderId } from '../../core/words';
import type { Value } from './platform';

/** A message to a person, as the platform committed it. */
export interface CountedMessage {
  readonly platform: ProviderId;
  /** The address that it would be delivered to: E.164, an e-mail, or what the platform knows instead. */
  readonly recipient: string;
  /** False when the platform took it but would never deliver it; `why` says so. */
  readonly delivered: boolean;
  readonly why?: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly inboxId: string;
  /** As stored, after the platform's own rewriting. */
  readonly content: string | null;
  /** The caller's marker, where one survived. */
  readonly key: string | null;
  /** The platform's raw bag of attributes, where a marker may be. */
  readonly attributes: Value;
  readonly at: number;
}

export interface Counts {
  record(message: CountedMessage): void;
  /** Delivered messages per recipient. */
  accepted(): Map<string, number>;
  /** Every counted message in order of commit, also those that would not be delivered. */
  messages(): readonly CountedMessage[];
  /** Delivered messages, people who got one, messages beyond the first per person and per key. */
  totals(): {
    readonly accepted: number;
    readonly recipients: number;
    readonly doubles: number;
    readonly doublesByKey: number;
    readonly notDelivered: number;
  };
  reset(): void;
}

/**
 * Counts what the platforms accepted, per recipient: the proof of every promise about sending at most once.
 *
 * With `keepMessages` false only the counts are kept, so that a run of a million recipients stays small. `got` hears of each
 * message in the middle of its commit.
 */
export function createCounts({
  keepMessages = true,
  got = () => undefined,
}: {
  keepMessages?: boolean;
  got?: (message: CountedMessage) => void;
} = {}): Counts {
  const byRecipient = new Map<string, number>();
  const byKey = new Map<string, number>();
  let kept: CountedMessage[] = [];
  let accepted = 0;
  let notDelivered = 0;
  return {
    record(message) {
      if (keepMessages) kept.push(message);
      got(message);
      if (!message.delivered) {
        notDelivered += 1;
        return;
      }
      accepted += 1;
      byRecipient.set(message.recipient, (byRecipient.get(message.recipient) ?? 0) + 1);
      if (message.key !== null) byKey.set(message.key, (byKey.get(message.key) ?? 0) + 1);
    },
    accepted: () => new Map(byRecipient),
    messages: () => kept,
    totals: () => ({
      accepted,
      recipients: byRecipient.size,
      doubles: accepted - byRecipient.size,
      doublesByKey: beyondFirst(byKey),
      notDelivered,
    }),
    reset() {
      byRecipient.clear();
      byKey.clear();
      kept = [];
      accepted = 0;
      notDelivered = 0;
    },
  };
}

function beyondFirst(counts: Map<string, number>): number {
  let beyond = 0;
  for (const count of counts.values()) beyond += count - 1;
  return beyond;
}
