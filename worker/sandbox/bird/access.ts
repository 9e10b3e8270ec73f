import type { Call } from '../platform';
import { failure, Refusal } from './errors';
import type { KeySeed } from './options';
import type { Store } from './store';

/** The owner of the key in the `Authorization` header, for a path below the workspace of the address. */
export function authenticate(
  store: Store,
  call: Call,
  workspaceId: string | undefined,
  below: string,
): KeySeed {
  const [scheme = '', given = ''] = (call.headers.authorization ?? '').split(/\s+/);
  const key =
    scheme !== 'AccessKey' || call.fault === 'wrong_token'
      ? undefined
      : store.keys.find((each) => each.key === given);
  if (key === undefined) {
    throw new Refusal(failure(401, 'Unauthorized', 'the access key is missing or not known'));
  }
  // A key's policies may allow one path and not another (bird docs, access policies).
  const denied = key.denied !== undefined && new RegExp(key.denied).test(below);
  if (denied || workspaceId !== store.workspaceId) {
    throw new Refusal(failure(403, 'Forbidden', 'the access key may not do this'));
  }
  return key;
}
