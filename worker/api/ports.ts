import type { Desk } from '../engine/desk';
import type { Ledger } from '../ledger';
import type { Status } from './status';

/** A line of the log: an event's name and codes, nothing of anybody. */
export type LogLine = { readonly event: string } & Readonly<
  Record<string, string | number | boolean | null>
>;

/** What the API stands on. */
export interface ApiPorts {
  readonly ledger: Ledger;
  readonly desk: Desk;
  readonly status: Status;
  /** Of this program. */
  readonly version: string;
  /** Where others reach this API, such as `https://runner.example.org`; null where nobody said. */
  readonly publicUrl: string | null;
  /** Whether it listens on a loopback address alone. Only then may a request come without a key, as long as there is none. */
  readonly loopback: boolean;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  /** Why this process cannot take part now, in codes; none: it can. */
  readonly troubles: () => Promise<readonly string[]>;
  readonly log: (line: LogLine) => void;
  /** About to end: long answers end now. */
  readonly stopping: () => boolean;
  readonly limits?: Partial<ApiLimits>;
}

/** What one caller may take. */
export interface ApiLimits {
  /** Requests of one key. */
  readonly perSecond: number;
  /** How many of them at once, after a pause. */
  readonly burst: number;
  /** Bytes of a JSON body. */
  readonly jsonBytes: number;
  /** Bytes of a chunk of recipients. */
  readonly chunkBytes: number;
  /** For the whole of such a body to arrive. */
  readonly bodyMs: number;
  /** Between two pieces of a list that is being uploaded. */
  readonly idleMs: number;
  /** For an answer to begin. */
  readonly answerMs: number;
  /** Event streams at a time. */
  readonly streams: number;
  /** Of these, with one key. */
  readonly streamsOfKey: number;
  /** After so long it is looked whether the key of a stream still holds. */
  readonly recheckMs: number;
}

export const DEFAULT_LIMITS: ApiLimits = {
  perSecond: 50,
  burst: 200,
  jsonBytes: 1_000_000,
  chunkBytes: 16_000_000,
  bodyMs: 20_000,
  idleMs: 60_000,
  answerMs: 30_000,
  streams: 100,
  streamsOfKey: 20,
  recheckMs: 10_000,
};
