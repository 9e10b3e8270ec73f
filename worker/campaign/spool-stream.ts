import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InputError } from './input-error';
import { type Spooled, syncFolder } from './spool';

/** A list as it comes in: bytes, of any size. */
export interface IncomingList {
  readonly body: AsyncIterable<Uint8Array>;
  /** How many bytes there will be, where the sender says so. */
  readonly length: number | null;
  /** SHA-256 in hex, where the sender says so. */
  readonly sha256: string | null;
  /** Only its ending matters. */
  readonly filename: string | null;
}

/**
 * Takes a list that comes in over a wire to the spool folder, as it comes: in memory that does not grow with it. Complete and on disk when it
 * returns, else not there at all. Its name is nobody else's.
 *
 * @throws InputError when it is not what was announced. Whatever the wire and the disk throw.
 */
export async function spoolStream(list: IncomingList, folder: string): Promise<Spooled> {
  const partial = join(folder, `${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // It holds people's numbers: for the owner only.
    const to = await open(partial, 'wx', 0o600);
    let taken: Taken;
    try {
      taken = await take(list, to);
      await to.sync();
    } finally {
      await to.close();
    }
    const extension = extname(list.filename ?? '')
      .toLowerCase()
      .replace(/[^.a-z0-9]/g, '')
      .slice(0, 10);
    const path = join(folder, `${taken.hash}-${randomUUID()}${extension}`);
    await rename(partial, path);
    await syncFolder(folder);
    return { path, ...taken };
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The same without a disk: what a list is that is there already. */
export async function hashStream(list: IncomingList): Promise<Taken> {
  return take(list, null);
}

interface Taken {
  readonly hash: string;
  readonly bytes: number;
}

async function take(list: IncomingList, to: FileHandle | null): Promise<Taken> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of list.body) {
    digest.update(piece);
    if (to !== null) await writeAll(to, piece);
    bytes += piece.byteLength;
  }
  const hash = digest.digest('hex');
  const { length, sha256 } = list;
  // Half a list would look like a whole one, with a number that is cut short at its end.
  if (length !== null && bytes !== length) {
    throw new InputError(
      `The list was to have ${length.toLocaleString('en')} bytes, and ${bytes.toLocaleString('en')} came. Send it again.`,
    );
  }
  if (sha256 !== null && sha256 !== hash) {
    throw new InputError('The list is not what its digest says. Send it again.');
  }
  if (bytes === 0) throw new InputError('The list is empty: it has no bytes at all.');
  return { hash, bytes };
}

async function writeAll(to: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength; ) {
    const { bytesWritten } = await to.write(piece, at, piece.byteLength - at);
    at += bytesWritten;
  }
}
