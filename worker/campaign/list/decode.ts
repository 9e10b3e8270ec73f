import { open } from 'node:fs/promises';
import { getDecoder } from 'iconv-lite';
import { InputError } from '../input-error';

/** Small, so that the rows of a piece die young: larger pieces end in the old heap, and memory grows for nothing. */
const READ_BYTES = 16 * 1024;
/** NUL, or what decoders put for bytes that mean nothing. */
const UNREADABLE = /[\0\ufffd]/;
/** Three bytes, as many as csv-parse looks ahead: with them it has taken a line end before them. */
const MARK = '\ufffd';

/**
 * The text of a file, piece by piece. Throws `InputError` when bytes appear that the encoding does not have, with the
 * row as `row` tells it once all text before them and a mark in their place are taken: better than a list of garbled
 * names.
 */
export async function* decodeFile(
  path: string,
  encoding: string,
  skip: number,
  row: () => number,
): AsyncGenerator<string> {
  const decoder = createDecoder(encoding);
  for await (const bytes of readPieces(path, skip)) {
    const text = decoder.write(bytes);
    const bad = text.search(UNREADABLE);
    if (bad === -1) {
      yield text;
    } else {
      yield text.slice(0, bad) + MARK;
      throw unreadable(path, encoding, row());
    }
  }
  const last = decoder.end();
  if (UNREADABLE.test(last)) {
    yield MARK;
    throw unreadable(path, encoding, row());
  }
  if (last !== '') yield last;
}

/** Each piece lies in the same memory as the one before: decode it before the next is read. */
async function* readPieces(path: string, skip: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (let position = skip; ; ) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

interface Decoder {
  write(bytes: Buffer): string;
  end(): string;
}

/** The platform's own decoder where it has one: several times as fast. */
function createDecoder(encoding: string): Decoder {
  if (!/^utf-(8|16le|16be)$/.test(encoding)) {
    const decoder = getDecoder(encoding);
    return { write: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

function unreadable(path: string, encoding: string, row: number): InputError {
  return new InputError(
    `${path}: row ${row} holds bytes that are not ${encoding.toUpperCase()} text. ` +
      'Save the list again as CSV (UTF-8), or name its encoding: audience.encoding: windows-1252.',
  );
}
