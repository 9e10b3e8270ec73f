import { isAscii } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { analyse } from 'chardet';
import { encodingExists } from 'iconv-lite';
import { InputError } from '../input-error';

export type Sniffed =
  | { readonly format: 'xlsx' }
  | {
      readonly format: 'csv';
      readonly encoding: string;
      /** Bytes of a byte order mark. */
      readonly skip: number;
    };

const SAMPLE_BYTES = 64 * 1024;
const SCAN_BYTES = 1024 * 1024;

/** First bytes of files that people upload by mistake. */
const SIGNATURES: readonly (readonly [bytes: readonly number[], name: string])[] = [
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [[0xff, 0xd8, 0xff], 'a JPEG image'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF image'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an Excel file of the old kind (.xls)'],
  [[0x1f, 0x8b], 'a compressed file (gzip)'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a compressed file (7z)'],
  [[0x52, 0x61, 0x72, 0x21], 'a compressed file (RAR)'],
  [[0x53, 0x51, 0x4c, 0x69], 'an SQLite database'],
];

/** What the ISO sets are called where their Windows supersets are what spreadsheets really write. */
const SUPERSETS: Readonly<Record<string, string>> = {
  'ISO-8859-1': 'windows-1252',
  'ISO-8859-2': 'windows-1250',
  'ISO-8859-5': 'windows-1251',
  'ISO-8859-6': 'windows-1256',
  'ISO-8859-7': 'windows-1253',
  'ISO-8859-8': 'windows-1255',
  'ISO-8859-9': 'windows-1254',
};

/**
 * Finds out what a file is from its bytes: a workbook, or text in which encoding. Looks at the beginning and, when that
 * is plain ASCII, at where the first other bytes are. Throws `InputError` for what is neither, and for an `encoding`
 * that nobody knows.
 */
export async function sniff(path: string, encoding?: string): Promise<Sniffed> {
  const known: boolean = encoding === undefined || encodingExists(encoding);
  if (!known) {
    throw new InputError(
      `audience.encoding: ${encoding} is not an encoding. Use one such as UTF-8, UTF-16LE or windows-1252.`,
    );
  }
  const file = await open(path, 'r');
  try {
    const head = await read(file, 0, SAMPLE_BYTES);
    if (head.length === 0) throw new InputError(`${path} is empty: it has no bytes at all.`);
    if (startsWith(head, [0x50, 0x4b, 0x03, 0x04])) return { format: 'xlsx' };
    refuseBinary(path, head);
    const marked = byteOrderMark(head);
    if (encoding !== undefined) {
      return { format: 'csv', encoding: canonical(encoding), skip: marked?.skip ?? 0 };
    }
    if (marked !== null) return { format: 'csv', ...marked };
    const wide = utf16(head);
    if (wide !== null) return { format: 'csv', encoding: wide, skip: 0 };
    if (head.includes(0)) throw binary(path, 'bytes that no text has (NUL)');
    return { format: 'csv', encoding: await byteEncoding(file, path), skip: 0 };
  } finally {
    await file.close();
  }
}

function refuseBinary(path: string, head: Buffer): void {
  for (const [bytes, name] of SIGNATURES) {
    if (startsWith(head, bytes)) throw binary(path, name);
  }
}

function binary(path: string, what: string): InputError {
  return new InputError(
    `${path} is not a list: it is or holds ${what}. Save the list as CSV (UTF-8) or XLSX.`,
  );
}

function byteOrderMark(head: Buffer): { encoding: string; skip: number } | null {
  if (startsWith(head, [0xef, 0xbb, 0xbf])) return { encoding: 'utf-8', skip: 3 };
  if (startsWith(head, [0xff, 0xfe])) return { encoding: 'utf-16le', skip: 2 };
  if (startsWith(head, [0xfe, 0xff])) return { encoding: 'utf-16be', skip: 2 };
  return null;
}

/** Without a mark: every list has ASCII digits and delimiters, whose upper bytes are zero, always on the same side. */
function utf16(head: Buffer): string | null {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  const least = head.length / 20;
  if (odd > least && even < odd / 50) return 'utf-16le';
  if (even > least && odd < even / 50) return 'utf-16be';
  return null;
}

async function byteEncoding(file: FileHandle, path: string): Promise<string> {
  const evidence = await firstBeyondAscii(file);
  if (evidence === null) return 'utf-8';
  if (isUtf8Start(evidence)) return 'utf-8';
  const lines = linesBeyondAscii(evidence);
  for (const { name, confidence } of analyse(lines)) {
    const encoding = SUPERSETS[name] ?? name;
    // Anything that is not a Windows code page must be well evidenced: chardet sees Chinese in short lists of names.
    if (/^windows-125\d$/.test(encoding)) return encoding;
    if (confidence >= 60 && !/^(UTF|ASCII|ISO-2022|IBM)/.test(name) && encodingExists(encoding)) {
      return encoding.toLowerCase();
    }
  }
  throw new InputError(
    `The encoding of ${path} cannot be told. Save it as CSV (UTF-8), or name it: audience.encoding: windows-1252.`,
  );
}

/** The bytes around the first one beyond ASCII; null when there is none in the whole file. */
async function firstBeyondAscii(file: FileHandle): Promise<Buffer | null> {
  for (let position = 0; ; position += SCAN_BYTES) {
    const piece = await read(file, position, SCAN_BYTES);
    if (piece.length === 0) return null;
    if (isAscii(piece)) continue;
    const first = piece.findIndex((byte) => byte >= 0x80);
    return read(file, position + first, SAMPLE_BYTES);
  }
}

/** The sample begins with a character and may end within one. */
function isUtf8Start(sample: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Only lines with evidence: the statistics of numbers and dates tell nothing. */
function linesBeyondAscii(sample: Buffer): Buffer {
  const lines = sample.toString('latin1').split(/[\r\n]+/);
  // biome-ignore format: one expression
  return Buffer.from(lines.filter((line) => /[\x80-\xff]/.test(line)).join('\n').replace(/[\d,;|\t"]+/g, ' '), 'latin1');
}

function canonical(encoding: string): string {
  const name = encoding.toLowerCase().replace('_', '-');
  if (/^utf-?8$/.test(name)) return 'utf-8';
  const wide = /^utf-?16-?(le|be)?$/.exec(name);
  return wide === null ? name : `utf-16${wide[1] ?? 'le'}`;
}

function startsWith(bytes: Buffer, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
