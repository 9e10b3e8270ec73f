import { type Caller, tooMany } from './auth';
import type { ApiLimits } from './ports';
import { ApiProblem } from './problem';

const RETRY_MS = 10_000;

/**
 * Places for those who follow the events, so many in all and so many of one key. What is returned gives one back.
 *
 * @throws ApiProblem when there is none left.
 */
export function createPlaces({
  streams,
  streamsOfKey,
}: Pick<ApiLimits, 'streams' | 'streamsOfKey'>): (caller: Caller) => () => void {
  let open = 0;
  const ofKey = new Map<string, number>();

  return ({ keyId }) => {
    const mine = keyId === null ? 0 : (ofKey.get(keyId) ?? 0);
    if (mine >= streamsOfKey) {
      throw tooMany(RETRY_MS, 'Too many follow the events with this key already.');
    }
    if (open >= streams) {
      throw new ApiProblem('overloaded', 'Too many follow the events already.', {
        headers: { 'retry-after': String(RETRY_MS / 1_000) },
      });
    }
    open += 1;
    if (keyId !== null) ofKey.set(keyId, mine + 1);
    return () => {
      open -= 1;
      if (keyId === null) return;
      const left = (ofKey.get(keyId) ?? 1) - 1;
      if (left === 0) ofKey.delete(keyId);
      else ofKey.set(keyId, left);
    };
  };
}
