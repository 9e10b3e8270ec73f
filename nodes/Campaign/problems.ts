import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';
import type { Problem } from './api';
import { sentences } from './explain';
import { named, placesOf } from './places';

type Code = Problem['code'];
type Failure = NonNullable<NodeApiError['failure']>;

/** What came instead of an answer that can be used. */
export type Trouble =
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Null: whoever answered is not the runner, such as a proxy before it. */
      readonly problem: Problem | null;
      readonly retryAfterMs: number | undefined;
    }
  | {
      readonly kind: 'no answer';
      /** A short code of the socket. */
      readonly why: string;
      /** It may have arrived: what was asked for may be done. */
      readonly written: boolean;
    }
  | { readonly kind: 'cancelled' };

/** Who was asked, and for what. */
export interface Asked {
  readonly node: INode;
  /** The runner's address, without anything secret. */
  readonly at: string;
  readonly item: number | undefined;
  /** It changes nothing, so that nothing can be left half done. */
  readonly reads: boolean;
  /** It may be done, and a second time would do more. */
  readonly once: boolean;
}

const ADVICE: Partial<Record<Code, string>> = {
  unauthorized:
    "Check the API Key of the credential: 'campaign keys create n8n --scope send' makes a new one",
  forbidden:
    "The key of the credential may only read: 'campaign keys create n8n --scope send' makes one that may also send",
  not_found: 'Check the name, and that the credential is for the right runner',
  conflict: "'Campaign: Get Status' shows how it stands",
  busy: 'Try it again in some seconds',
  idempotency_key_reused: 'Another message needs a Send Key of its own',
  rate_limited: 'Try it again later, or let the runner take more: campaign serve --key-rate',
  too_large: 'Give it in smaller parts',
  account_refused: "'campaign accounts test' on the runner's machine says more",
  platform_away: 'Nothing was done. Try it again later',
  ledger_away: 'Try it again later: the same again does nothing twice',
  overloaded: 'Try it again later: the same again does nothing twice',
  internal: "The runner's log says more",
  disk_full: "Make room on the runner's machine",
};

const FAILURES: Partial<Record<Code, Failure['cause']>> = {
  unauthorized: 'credential-invalid',
  forbidden: 'credential-invalid',
  not_found: 'configuration-invalid',
  invalid_input: 'configuration-invalid',
  misconfigured: 'configuration-invalid',
  account_refused: 'configuration-invalid',
  rate_limited: 'rate-limited',
  busy: 'temporarily-unavailable',
  platform_away: 'temporarily-unavailable',
  ledger_away: 'temporarily-unavailable',
  overloaded: 'temporarily-unavailable',
  disk_full: 'temporarily-unavailable',
};

const LOOK_FIRST =
  "Whether it did what was asked for is not known. Look with 'Campaign: Get Status' before you ask for it again";

/** The one place where what the runner did not do becomes an error of n8n's. */
export function problemError(trouble: Trouble, asked: Asked): NodeApiError {
  const { message, description, status, code, failure } = wordsOf(trouble, asked);
  const error = new NodeApiError(
    asked.node,
    { message },
    {
      message,
      description,
      httpCode: status === undefined ? '' : String(status),
      ...(asked.item !== undefined && { itemIndex: asked.item }),
      ...(failure && { failure }),
    },
  );
  // n8n has texts of its own for what names a socket's error.
  error.message = message;
  error.context['code'] = code;
  return error;
}

interface Words {
  readonly message: string;
  readonly description: string;
  readonly code: string;
  readonly status?: number;
  readonly failure?: Failure;
}

function wordsOf(trouble: Trouble, asked: Asked): Words {
  const words = wordsOfTrouble(trouble, asked);
  if (!asked.once || trouble.kind === 'cancelled') return words;
  return { ...words, description: LOOK_FIRST };
}

function wordsOfTrouble(trouble: Trouble, { at, reads }: Asked): Words {
  if (trouble.kind === 'cancelled') {
    const open = reads ? '' : '; whether the runner still did what was asked for is not known';
    return { message: `The execution was cancelled${open}`, description: '', code: 'cancelled' };
  }
  if (trouble.kind === 'no answer') return ofSilence(trouble, at, reads);
  const { problem, status, retryAfterMs } = trouble;
  if (problem === null) return ofStranger(status, at);
  const { code } = problem;
  const cause = FAILURES[code];
  return {
    ...{ code, status, message: plain(named(problem)) },
    description: sentences(...placesOf(problem), ADVICE[code]),
    ...(cause && { failure: failureOf(cause, retryAfterMs) }),
  };
}

function ofSilence(
  { why, written }: Extract<Trouble, { kind: 'no answer' }>,
  at: string,
  reads: boolean,
): Words {
  const failure = { cause: 'temporarily-unavailable' } as const;
  if (!written) {
    return {
      ...{ code: 'unreachable', failure },
      message: `The runner is not reachable at ${at} (${why})`,
      description: unreachableBy(why),
    };
  }
  return {
    ...{ code: 'no_answer', failure },
    message: `No answer came from the runner at ${at} (${why})`,
    description: reads
      ? 'Try it again later'
      : 'Whether it did what was asked for is not known. Try it again: the same again does nothing twice',
  };
}

/** `why`: what the socket said before anything was written. */
function unreachableBy(why: string): string {
  if (why === 'EPROTO' || why.startsWith('ERR_SSL_')) {
    return 'What listens there does not speak https: check whether the Base URL of the credential begins with http:// or https://';
  }
  if (/CERT|SIGNED|SIGNATURE|ISSUER|HOSTNAME_MISMATCH|INVALID_CA/.test(why)) {
    return 'n8n does not trust the certificate there: check the Base URL of the credential, and who signed the certificate';
  }
  return "Is 'campaign serve' running, and does n8n reach that address? Inside Docker 127.0.0.1 is the container of n8n itself: use the name of the runner's container, or host.docker.internal";
}

function ofStranger(status: number, at: string): Words {
  return {
    ...{ status, code: 'unexpected_response' },
    message: `What answers at ${at} is not the API of the runner (status ${status})`,
    description: 'Check the Base URL of the credential, and a proxy before it',
    ...(status >= 500 && { failure: { cause: 'temporarily-unavailable' } }),
  };
}

function failureOf(cause: Failure['cause'], retryAfterMs: number | undefined): Failure {
  const waits = cause === 'rate-limited' || cause === 'temporarily-unavailable';
  return { cause, ...(waits && retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Without the dot at the end: n8n shows it as a heading. */
function plain(text: string): string {
  return text.trim().replace(/\.$/, '');
}
