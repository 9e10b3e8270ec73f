import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { isPostgresUrl } from '../ledger';
import { describePostgres, schemaOf } from '../ledger/postgres';
import { InputError } from './input-error';

/** The file of this name has `spool` itself; every other ledger has a folder of its own in there. */
const USUAL = 'ledger.db';

/**
 * Where copies of lists are kept until they are read: beside a ledger's file, or in this folder for a database. Never where another
 * ledger keeps its own, which would be swept away as nobody's.
 */
export function spoolFolder(ledger: string): string {
  const isDatabase = isPostgresUrl(ledger);
  const folder = join(isDatabase ? '.campaign' : dirname(ledger), 'spool');
  if (!isDatabase) return basename(ledger) === USUAL ? folder : join(folder, basename(ledger));
  const place = `${describePostgres(ledger)}?${schemaOf(ledger)}`;
  return join(folder, createHash('sha256').update(place).digest('hex').slice(0, 16));
}

export interface Spooled {
  /** Named by its hash: the same bytes are the same file, unless somebody wanted one of their own. */
  readonly path: string;
  /** SHA-256 in hex. */
  readonly hash: string;
  readonly bytes: number;
}

/**
 * Copies a list into the spool folder, so that a campaign goes on with the list it began with, whatever happens to the
 * original. Complete and on disk when it returns, else not there at all. Throws `InputError` when the list cannot be
 * read, is being written just now, or the folder cannot be written. A copy of its `own` has a name that nobody else's has, so that it
 * can be removed by whoever asked for it.
 */
export async function spool(source: string, folder: string, own = false): Promise<Spooled> {
  const partial = join(folder, `${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const copied = await copy(source, partial);
    const name = own ? `${copied.hash}-${randomUUID()}` : copied.hash;
    const path = join(folder, `${name}${extname(source).toLowerCase().slice(0, 10)}`);
    await rename(partial, path);
    await syncFolder(folder);
    return { path, ...copied };
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw explain(error, source, folder);
  }
}

/** A copy so young may belong to a campaign that is just being written down. */
const YOUNG_MS = 10 * 60_000;

/** Removes copies that no campaign needs any more. Returns how many. */
export async function sweepSpool(
  folder: string,
  needed: readonly { readonly path: string }[],
  now: number,
): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const kept = new Set(needed.map(({ path }) => basename(path)));
  let removed = 0;
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path);
    // A folder is another ledger's.
    if (kept.has(name) || found.isDirectory() || now - found.mtimeMs < YOUNG_MS) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

async function copy(source: string, partial: string): Promise<{ hash: string; bytes: number }> {
  const hash = createHash('sha256');
  let count = 0;
  const from = await open(source, 'r');
  try {
    const before = await from.stat();
    // It holds people's numbers: for the owner only.
    const to = await open(partial, 'wx', 0o600);
    try {
      const buffer = Buffer.allocUnsafeSlow(256 * 1024);
      for (;;) {
        const { bytesRead } = await from.read(buffer, 0, buffer.length, count);
        if (bytesRead === 0) break;
        count += bytesRead;
        hash.update(buffer.subarray(0, bytesRead));
        for (let at = 0; at < bytesRead; ) {
          const { bytesWritten } = await to.write(buffer, at, bytesRead - at);
          at += bytesWritten;
        }
      }
      const after = await from.stat();
      // Half a list would look like a whole one, with a number that is cut short at its end.
      if (after.mtimeMs !== before.mtimeMs || after.size !== before.size) {
        throw new InputError(`${source} is being written just now. Wait until it is complete.`);
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  return { hash: hash.digest('hex'), bytes: count };
}

/** Without this a crash may forget the new name. Windows cannot open folders, and needs it less. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explain(error: unknown, source: string, folder: string): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  const about = path === source ? source : `the spool folder ${folder}`;
  switch (code) {
    case 'ENOENT':
      return new InputError(`There is no file ${about}.`, error);
    case 'EISDIR':
      return new InputError(`${source} is a folder, not a list.`, error);
    case 'ENOSPC':
    case 'EDQUOT':
      return new InputError(`There is no space left in the spool folder ${folder}.`, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InputError(
        `${path === source ? `${source} may not be read` : `The spool folder ${folder} may not be written`} (${code}).`,
        error,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new InputError(`${folder} is not a folder, so no list can be spooled there.`, error);
    default:
      return error;
  }
}
