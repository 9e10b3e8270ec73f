import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { hashesOfKey, type Ledger } from '../ledger';
import type { Caller } from './auth';

const NONCE = 12;
const TAG = 16;

/** Where somebody is in a list that is ordered by what must not stand in an address, as addresses end in the logs of proxies. */
export interface SealedCursors {
  seal(text: string): string;
  /** Null: it is none, or somebody else's. */
  open(cursor: string): string | null;
}

/** The cursors of a key, however it is sent; also once it was rotated. Nobody else can use or read them. */
export async function sealedCursors(
  ledger: Ledger,
  { keyId, name }: Caller,
): Promise<SealedCursors> {
  // Where no key is needed, everybody who may ask may see all of it.
  const hashes = keyId === null ? [''] : await hashesOfKey(ledger, name);
  const secrets = hashes.map((hash) => createHash('sha256').update(`cursor ${hash}`).digest());
  // A key that was revoked just now: nothing will open it.
  const [newest = randomBytes(32)] = secrets;
  return {
    seal: (text) => seal(text, newest),
    open(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      for (const secret of secrets) {
        const text = open(bytes, secret);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

function seal(text: string, secret: Buffer): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

function open(bytes: Buffer, secret: Buffer): string | null {
  if (bytes.length < NONCE + TAG) return null;
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, NONCE));
  decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  try {
    return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
