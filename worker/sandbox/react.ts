import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './faults';
import type { Answer, Platform } from './platform';

/** What becomes of the connection once a request has been dealt with. */
export type Reaction =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Half of the answer's body, then the connection is cut. */
  | { readonly kind: 'cut'; readonly answer: Answer }
  | { readonly kind: 'drop' }
  /** Nothing is ever written; the client has to give up. */
  | { readonly kind: 'silence' };

export const RETRY_LATER: Answer = {
  status: 429,
  text: 'Retry later\n',
  contentType: 'text/plain',
};

const GARBAGE = '<html><body>504 upstream <!-- not JSON';

/** Acts out a fault around `commit`, the processing of the request. `hangUp` cuts the connection at once. */
export async function react(
  fault: Fault,
  platform: Platform,
  commit: () => Answer,
  hangUp: () => void,
): Promise<Reaction> {
  const {
    ms = 1000,
    status = 500,
    retryAfter = 1,
    text = 'could not enqueue the event',
  } = fault.options;
  switch (fault.name) {
    case 'drop_before_commit':
      return { kind: 'drop' };
    case 'drop_after_commit':
      commit();
      return { kind: 'drop' };
    case 'cut_after_commit':
      return { kind: 'cut', answer: commit() };
    case 'error_before_commit':
      return answer(platform.internalError(status));
    case 'error_after_commit':
      commit();
      return answer(platform.internalError(status));
    case 'refused_after_commit':
      commit();
      return answer(platform.refusal(text));
    case 'rate_limited':
      return answer({ ...RETRY_LATER, headers: { 'retry-after': String(retryAfter) } });
    case 'retry_later':
      return answer(RETRY_LATER);
    case 'slow': {
      const early = fault.options.commitFirst === true ? commit() : undefined;
      await pause(ms, undefined, { ref: false });
      return answer(early ?? commit());
    }
    case 'late_commit':
      if (fault.options.hold !== true) hangUp();
      await pause(ms, undefined, { ref: false });
      commit();
      return { kind: 'silence' };
    case 'garbage_before_commit':
      return answer({ status: 200, text: GARBAGE, contentType: 'application/json' });
    case 'garbage_after_commit':
      commit();
      return answer({ status: 200, text: GARBAGE, contentType: 'application/json' });
    case 'empty_after_commit':
      commit();
      return answer({ status: 200 });
    case 'truncated_after_commit':
      return answer(firstHalf(commit()));
    case 'duplicate_phone':
    case 'phone_taken':
    case 'wrong_token':
      return answer(commit());
  }
}

/** The bytes of an answer's body. */
export function bodyOf(answer: Answer): string {
  return answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
}

function firstHalf(whole: Answer): Answer {
  const body = bodyOf(whole);
  return {
    status: whole.status,
    text: body.slice(0, Math.floor(body.length / 2)),
    contentType: 'application/json; charset=utf-8',
  };
}

function answer(given: Answer): Reaction {
  return { kind: 'answer', answer: given };
}
