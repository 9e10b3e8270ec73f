import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Webhook, WebhookRequest } from '../../providers/provider';
import { isInputError } from '../campaign/input-error';
import type { Desk } from '../engine/desk';
import { keptAWhile } from './kept-a-while';

/** A secret that was changed in the accounts file holds after so long. */
const KEEP_MS = 5_000;
const MOST_KEPT = 500;

/** Stands in for the secret of an account that has none: nobody knows it, and checking by it takes as long. */
const NOBODYS = randomBytes(32).toString('hex');

/** Who may tell what of which account. */
export interface Senders {
  /** What webhooks of this account are checked by; null where it takes none, or is not there. */
  secretOf(platform: string, account: string): Promise<string | null>;
}

/**
 * Secrets by account. A forged call costs no look into a file: names are known for some seconds, and of a name that is not
 * among them nothing is asked.
 */
export function createSenders(desk: Pick<Desk, 'accounts' | 'account'>): Senders {
  const keptNames = keptAWhile<ReadonlyMap<string, string>>(KEEP_MS, 1);
  const keptSecrets = keptAWhile<string | null>(KEEP_MS, MOST_KEPT);

  async function names(): Promise<ReadonlyMap<string, string>> {
    const accounts = await desk.accounts();
    return new Map(accounts.map(({ name, platform }) => [name, platform]));
  }

  async function secret(account: string): Promise<string | null> {
    try {
      return (await desk.account(account)).webhookSecret;
    } catch (error) {
      // Its variables are not set here, or it has just gone.
      if (isInputError(error)) return null;
      throw error;
    }
  }

  return {
    async secretOf(platform, account) {
      if ((await keptNames('', names)).get(account) !== platform) return null;
      return keptSecrets(account, () => secret(account));
    },
  };
}

/** Whether a call shows the secret itself, in its address. */
export function showsSecret(token: string | undefined, secret: string | null): boolean {
  const [given, right] = [token ?? '', secret ?? NOBODYS].map((text) =>
    createHash('sha256').update(text).digest(),
  ) as [Buffer, Buffer];
  return timingSafeEqual(given, right) && secret !== null;
}

/** Whether a call was signed with the secret. */
export function isSigned(
  { verify }: Webhook,
  request: WebhookRequest,
  secret: string | null,
): boolean {
  return verify !== undefined && verify(request, secret ?? NOBODYS) && secret !== null;
}

/** Whether a secret in the address is enough. Where the platform always signs, it would only get into logs. */
export function tokenCounts({ verify, mayBeUnsigned }: Webhook): boolean {
  return verify === undefined || mayBeUnsigned === true;
}
