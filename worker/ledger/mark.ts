import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * A small file beside a SQLite ledger that holds the highest attempt ever let through a gate. A ledger that knows less
 * than it is an older copy. The leases take turns at the slots, so that processes on one ledger write past each other;
 * the mark is the highest of all.
 */
const SLOTS = 64;
/** Any attempt id, in digits. */
const WIDTH = 16;
const NONCE_LENGTH = 32;

export interface Mark {
  /** What the file says; null where it is missing or is none. */
  read(): Reading | null;
  /** Writes it anew. On the disk when this returns. */
  renew(highest: number): void;
  /** An attempt of this lease was let through. Costs a write of a few bytes, and only when it is the lease's highest. */
  grow(leaseId: number, attemptId: number): void;
  close(): void;
}

export interface Reading {
  readonly highest: number;
  /** Another with every renewal. */
  readonly nonce: string;
}

export function markFile(ledger: string): string {
  return `${ledger}.mark`;
}

export function openMark(ledger: string): Mark {
  const path = markFile(ledger);
  const written = new Map<number, number>();
  let handle: number | undefined;

  /** The file is made by `renew`; a ledger is recognised before anything passes its gate. */
  const open = (): number => {
    handle ??= openSync(path, 'r+');
    return handle;
  };

  return {
    read: () => readMark(path),
    renew(highest) {
      const slots = Array.from({ length: SLOTS }, (_, at) => line(at === 0 ? highest : 0));
      const text = `${randomBytes(NONCE_LENGTH / 2).toString('hex')}\n${slots.join('')}`;
      // In place: whoever has it open goes on writing into the same file.
      const fresh = openSync(path, existing(path) ? 'r+' : 'w', 0o600);
      try {
        writeSync(fresh, text, 0);
        // Once an opening at most; a mark that a power cut emptied would be taken for a missing one.
        fsyncSync(fresh);
      } finally {
        closeSync(fresh);
      }
    },
    grow(leaseId, attemptId) {
      const slot = leaseId % SLOTS;
      if (attemptId <= (written.get(slot) ?? 0)) return;
      writeSync(open(), line(attemptId), NONCE_LENGTH + 1 + slot * (WIDTH + 1));
      written.set(slot, attemptId);
    },
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

function line(id: number): string {
  return `${String(id).padStart(WIDTH, '0')}\n`;
}

function existing(path: string): boolean {
  return readMark(path) !== null;
}

function readMark(path: string): Reading | null {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return null;
  }
  const [nonce = '', ...slots] = text.trimEnd().split('\n');
  if (!/^[0-9a-f]{32}$/.test(nonce) || slots.length !== SLOTS) return null;
  if (!slots.every((slot) => /^\d{16}$/.test(slot))) return null;
  return { nonce, highest: Math.max(...slots.map(Number)) };
}
