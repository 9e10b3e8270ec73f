import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { copyAll } from './copy';
import { isPostgres } from './dialect';
import { LedgerError } from './errors';
import { OF_A_COPY } from './fingerprint';
import { identityOf } from './identity';
import { type Ledger, openLedger } from './ledger';
import { markFile } from './mark';
import { atOneMoment } from './snapshot';

export interface Backup {
  readonly campaigns: number;
  readonly recipients: number;
}

/**
 * Writes the ledger as it is at one moment into a SQLite file, for its owner only, while others go on. Complete and on the
 * disk when it returns, else not there. Put back anywhere, it is known as a copy: see `recognise`.
 */
export async function backup(ledger: Ledger, file: string): Promise<Backup> {
  if (existsSync(`${file}-wal`)) {
    throw new LedgerError(`${file} is a ledger that is in use: choose another name`);
  }
  const part = `${file}.part`;
  const remove = () => {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${end}`, { force: true });
    rmSync(markFile(part), { force: true });
  };
  remove();
  try {
    // Made before it is written: what it holds is never readable for others.
    writeFileSync(part, '', { mode: 0o600, flag: 'wx' });
    if (isPostgres(ledger.db)) await copyInto(part, ledger);
    else await sql`vacuum into ${part}`.execute(ledger.db);
    const counted = closeCopy(part);
    flush(part);
    renameSync(part, file);
    if (process.platform !== 'win32') flush(dirname(file));
    return counted;
  } finally {
    remove();
  }
}

async function copyInto(part: string, ledger: Ledger): Promise<void> {
  const copy = await openLedger(part);
  try {
    await atOneMoment(ledger, async (trx) => {
      await copyAll(trx, copy);
      const restoredAt = (await identityOf(trx))?.restored_at ?? null;
      await sql`update identity set restored_at = ${restoredAt}`.execute(copy.db);
    });
  } finally {
    await copy.close();
  }
}

/** One file without companions, that says of itself that it is a copy. */
function closeCopy(part: string): Backup {
  const database = new DatabaseSync(part);
  try {
    database.exec('pragma journal_mode = delete');
    database.prepare('update identity set fingerprint = ?').run(JSON.stringify(OF_A_COPY));
    const n = (table: string) =>
      Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n'] ?? 0);
    return { campaigns: n('campaigns'), recipients: n('recipients') };
  } finally {
    database.close();
  }
}

function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
