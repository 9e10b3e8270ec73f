import { createHash, randomBytes } from 'node:crypto';
import { apiKeyById, findApiKey, type Ledger } from '../ledger';
import type { Caller, FindsSessions } from './auth';

/** The longest that somebody stays signed in. */
const KEPT_MS = 12 * 60 * 60_000;
/** More than that are not kept: then the oldest ends. */
const MOST = 1_000;
/** So long a key is believed: one that is revoked ends its sessions within this time. */
const BELIEVED_MS = 2_000;

/** Over HTTPS the browser itself sees to it that no other host, and no plain request, sets or gets it. */
const NAMES = { plain: 'campaign_session', secure: '__Host-campaign_session' } as const;

export interface Sessions extends FindsSessions {
  /** Begins one for whoever has this key; null when there is no such key. Returns the header that sets its cookie. */
  open(
    token: string,
    secure: boolean,
  ): Promise<{ readonly caller: Caller; readonly cookie: string } | null>;
  /** Ends the one that the browser has. Returns the headers that take its cookie away. */
  end(cookieHeader: string | undefined): readonly string[];
}

interface Session {
  readonly keyId: string;
  readonly until: number;
  caller: Caller;
  seenAt: number;
}

/**
 * Who is signed in at the dashboard. In the memory of this process alone, without the key itself: after a restart people sign in again, and a session
 * ends with its key.
 */
export function createSessions(ledger: Ledger): Sessions {
  /** By the hash of the cookie. */
  const sessions = new Map<string, Session>();

  async function callerOf(session: Session): Promise<Caller | null> {
    const now = performance.now();
    if (now >= session.until) return null;
    if (now - session.seenAt < BELIEVED_MS) return session.caller;
    const key = await apiKeyById(ledger, session.keyId, ledger.now());
    if (key === null) return null;
    session.seenAt = now;
    session.caller = { keyId: key.id, name: key.name, scope: key.scope };
    return session.caller;
  }

  return {
    async find(cookieHeader) {
      for (const value of cookiesOf(cookieHeader)) {
        const id = hashOf(value);
        const session = sessions.get(id);
        if (session === undefined) continue;
        const caller = await callerOf(session);
        if (caller !== null) return caller;
        sessions.delete(id);
      }
      return null;
    },
    async open(token, secure) {
      const key = await findApiKey(ledger, token, ledger.now());
      if (key === null) return null;
      const value = randomBytes(32).toString('base64url');
      const now = performance.now();
      const caller = { keyId: key.id, name: key.name, scope: key.scope };
      const [oldest] = sessions.keys();
      if (sessions.size >= MOST && oldest !== undefined) sessions.delete(oldest);
      sessions.set(hashOf(value), { keyId: key.id, until: now + KEPT_MS, caller, seenAt: now });
      return { caller, cookie: cookie(secure, value, KEPT_MS / 1_000) };
    },
    end(cookieHeader) {
      for (const value of cookiesOf(cookieHeader)) sessions.delete(hashOf(value));
      return [cookie(false, '', 0), cookie(true, '', 0)];
    },
  };
}

function cookie(secure: boolean, value: string, maxAgeS: number): string {
  const name = secure ? NAMES.secure : NAMES.plain;
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function cookiesOf(header = ''): string[] {
  const names: readonly string[] = Object.values(NAMES);
  return header.split(';').flatMap((part) => {
    const at = part.indexOf('=');
    return names.includes(part.slice(0, at).trim()) ? [part.slice(at + 1).trim()] : [];
  });
}

/** What is kept cannot be used as a cookie. */
const hashOf = (value: string): string => createHash('sha256').update(value).digest('base64');
