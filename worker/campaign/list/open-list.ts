import { stat } from 'node:fs/promises';
import { InputError } from '../input-error';
import { decodeFile } from './decode';
import { detectDelimiter, readHeaders } from './headers';
import { createRecordSplitter, type ListRow } from './records';
import { sniff } from './sniff';
import { readXlsx } from './xlsx';

export interface ListOptions {
  readonly sheet?: string | undefined;
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
}

/** A list of people, opened. Its rows can be read any number of times. */
export interface List {
  readonly path: string;
  readonly format: 'csv' | 'xlsx';
  /** In lower case, like utf-8 or windows-1252; null for XLSX. */
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly sheet: string | null;
  /** Trimmed; one for each column, empty where a column has none. */
  readonly headers: readonly string[];
  /** The spreadsheet's number of the header row. */
  readonly headerRow: number;
  /**
   * The rows below the header in pieces of some hundreds, in memory that does not grow with the list. Rows without any
   * content are left out, and counted by the row numbers. Throws `InputError` with the row for what cannot be read.
   */
  batches(): AsyncIterable<readonly ListRow[]>;
}

const BATCH_ROWS = 500;
/** What the words end with when a list has a header and nobody in it. */
export const NOBODY = 'and nothing below it.';

/**
 * Opens a CSV or XLSX list: finds its format, encoding, delimiter and headers. Throws `InputError` when there is no
 * such list, or nobody in it.
 */
export async function openList(path: string, options: ListOptions = {}): Promise<List> {
  await refuseNoFile(path);
  const found = await sniff(path, options.encoding);
  const list =
    found.format === 'xlsx'
      ? await openXlsx(path, options)
      : await openCsv(path, options, found.encoding, found.skip);
  for await (const batch of list.batches()) {
    if (batch.length > 0) return list;
  }
  throw new InputError(`${path} has a header in row ${list.headerRow} ${NOBODY}`);
}

/** "CSV, windows-1252, semicolons": what was detected, for a person. */
export function describeFormat(list: List): string {
  if (list.format === 'xlsx') return `XLSX, sheet ${list.sheet}`;
  const names: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };
  const encoding = list.encoding
    ?.replace(/^utf/, 'UTF')
    .replace(/[lb]e$/, (end) => end.toUpperCase());
  return `CSV, ${encoding}, ${names[list.delimiter ?? ''] ?? `separated by ${list.delimiter}`}`;
}

async function refuseNoFile(path: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) {
      throw new InputError(`${path} is a folder, not a list. Name the CSV or XLSX file in it.`);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === 'ENOENT'
        ? `There is no file ${path}.`
        : `${path} cannot be read (${code ?? 'unknown error'}).`,
      error,
    );
  }
}

async function openXlsx(path: string, options: ListOptions): Promise<List> {
  const sheet = await readXlsx(path, options.sheet);
  const header = sheet.rows.find((row) => !isBlank(row));
  if (header === undefined)
    throw new InputError(`${path} is empty: sheet ${sheet.name} has no rows.`);
  return {
    path,
    format: 'xlsx',
    encoding: null,
    delimiter: null,
    sheet: sheet.name,
    headers: readHeaders(header.cells, path),
    headerRow: header.row,
    async *batches() {
      yield* inBatches(sheet.rows.filter((row) => row.row > header.row && !isBlank(row)));
    },
  };
}

async function openCsv(
  path: string,
  options: ListOptions,
  encoding: string,
  skip: number,
): Promise<List> {
  const start = await readStart(path, encoding, skip);
  const delimiter = options.delimiter ?? start.delimiter;

  async function* records(): AsyncGenerator<ListRow[]> {
    const splitter = createRecordSplitter(delimiter);
    let drop = start.drop;
    for await (const text of decodeFile(path, encoding, skip, splitter.row)) {
      // The line "sep=;" is not a row of the sheet.
      const taken = Math.min(drop, text.length);
      drop -= taken;
      yield await splitter.push(taken === 0 ? text : text.slice(taken));
    }
    yield await splitter.end();
  }

  let header: ListRow | undefined;
  for await (const rows of records()) {
    header = rows.find((row) => !isBlank(row));
    if (header !== undefined) break;
  }
  if (header === undefined) throw new InputError(`${path} is empty: it has only blank lines.`);
  const headerRow = header.row;
  return {
    path,
    format: 'csv',
    encoding,
    delimiter,
    sheet: null,
    headers: readHeaders(header.cells, path),
    headerRow,
    async *batches() {
      for await (const rows of records()) {
        yield* inBatches(rows.filter((row) => row.row > headerRow && !isBlank(row)));
      }
    },
  };
}

/** The delimiter, and how many characters the line "sep=;" and a stray mark take from the beginning. */
async function readStart(
  path: string,
  encoding: string,
  skip: number,
): Promise<{ delimiter: string; drop: number }> {
  let text = '';
  for await (const piece of decodeFile(path, encoding, skip, () => 1)) {
    text += piece;
    if (text.length > 64 * 1024) break;
  }
  const stated = /^\ufeff?"?sep=([,;\t|])"?(?:\r\n|\n|\r|$)/i.exec(text);
  const drop = stated?.[0].length ?? (text.startsWith('\ufeff') ? 1 : 0);
  return { delimiter: stated?.[1] ?? detectDelimiter(text.slice(drop)), drop };
}

function* inBatches(rows: readonly ListRow[]): Generator<readonly ListRow[]> {
  for (let at = 0; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS);
}

function isBlank(row: ListRow): boolean {
  for (const cell of row.cells) if (cell !== '' && cell.trim() !== '') return false;
  return true;
}
