import type { IncomingHttpHeaders } from 'node:http';
import type { Hono } from 'hono';
import type { ProviderId } from '../../core/words';

/** Whatever JSON a client sent or a platform answers; checked where it is read. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Fields = { [key: string]: Value };

export interface UploadedFile {
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

/** A request as the sandbox received it: complete, so that it can be processed after its client has gone. */
export interface Call {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly ip: string;
  /** Body fields, or null when the body is not what its content type says. */
  readonly fields: Fields | null;
  readonly files: readonly { readonly name: string; readonly file: UploadedFile }[];
  /** A fault that only the platform itself can act out. */
  readonly fault?: PlatformFault;
}

export type PlatformFault = 'duplicate_phone' | 'phone_taken' | 'wrong_token';

/** What a platform answers, before it is written: a fault may still replace it. */
export interface Answer {
  readonly status: number;
  /** Written as JSON, unless `text` is there. Neither is an empty body. */
  readonly json?: unknown;
  readonly text?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a person says by themselves. */
export interface Said {
  /** E.164, or an e-mail. */
  readonly address: string;
  readonly text: string;
  /** The inbox that hears it; else the one that wrote to the person last. */
  readonly inboxId?: string;
}

/** What becomes of a message: of this one, or of the last one to an address. */
export interface Change {
  readonly kind: 'delivered' | 'read' | 'failed';
  readonly messageId?: string;
  /** Where it is, for whoever knows: else all are looked through. */
  readonly conversationId?: string;
  readonly address?: string;
  /** The carrier's words, where it failed. */
  readonly why?: string;
}

/** The message that it was about. */
export interface Noted {
  readonly messageId: string;
  readonly conversationId: string | null;
}

/** What happens at the other end, and no client of the platform can do. Both throw an Error for what there is not. */
export interface OtherSide {
  reply(said: Said): Noted;
  deliver(change: Change): Noted;
}

/**
 * One platform's API. `answer` is synchronous: what it does is atomic, like a transaction, and a fault decides whether
 * it happens before, after or without the client.
 */
export interface Platform {
  readonly id: ProviderId;
  /** What its paths begin with in the sandbox, as several platforms share one address; empty for the one at the root. */
  readonly mount: string;
  /** Paths of its calls are without the mount. */
  answer(call: Call): Answer;
  /** True for a request that makes the platform deliver a message to a person. */
  delivers(call: Call): boolean;
  /** The refusal of a limit that the platform always has, before the request is processed; counts the request. */
  limited(call: Call, nowMs: number): Answer | undefined;
  /** This platform's shape of an unexpected failure after the commit. */
  refusal(text: string): Answer;
  internalError(status: number): Answer;
  /** Absent where people cannot be heard, and nothing is told of what became of messages. */
  readonly otherSide?: OtherSide;
  /** Seeding, below `/_sandbox/<id>`. */
  readonly control: Hono;
  /** Back to the state at the start. */
  reset(): void;
  /** Lines for the terminal. */
  describe(): readonly string[];
}
