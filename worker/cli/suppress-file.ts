import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { readTextFile } from '../campaign/campaign-file';
import { addressColumns, findHeader, noColumn } from '../campaign/columns';
import { InputError } from '../campaign/input-error';
import { openList } from '../campaign/list/open-list';

export interface ListedAddress {
  readonly row: number;
  readonly text: string;
}

const BLOCK = 500;

/** The addresses of a file in blocks: one a line, or the columns of a CSV or XLSX that hold addresses, or the one named. */
export async function* readAddresses(
  path: string,
  column: string | undefined,
): AsyncGenerator<readonly ListedAddress[]> {
  if (column === undefined && (await isPlainList(path))) yield* plainLines(path);
  else yield* columnOf(path, column);
}

/** No header: the first line that is not blank is an address itself. */
async function isPlainList(path: string): Promise<boolean> {
  if (/\.xlsx$/i.test(path)) return false;
  // Says what is wrong with a file that is missing or a folder.
  if ((await readTextFile(path, 'file')).trim() === '') throw new InputError(`${path} is empty.`);
  for await (const { text } of lines(path)) {
    if (/[,;\t|]/.test(text)) return false;
    // Of any country, and however grouped: no header has as many digits.
    return text.includes('@') || (text.match(/\p{Nd}/gu) ?? []).length >= 5;
  }
  return false;
}

async function* plainLines(path: string): AsyncGenerator<ListedAddress[]> {
  let block: ListedAddress[] = [];
  for await (const line of lines(path)) {
    block.push(line);
    if (block.length < BLOCK) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

async function* lines(path: string): AsyncGenerator<ListedAddress> {
  let row = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    row += 1;
    const text = line.replace(/^\ufeff/, '').trim();
    if (text !== '') yield { row, text };
  }
}

async function* columnOf(
  path: string,
  column: string | undefined,
): AsyncGenerator<ListedAddress[]> {
  const list = await openList(path);
  const { headers } = list;
  const columns = column === undefined ? addressColumns(headers) : [findHeader(headers, column)];
  if (columns.includes(-1)) throw new InputError(noColumn(headers, column ?? ''));
  if (columns.length === 0) {
    throw new InputError(
      `No column of ${path} looks like phone numbers or e-mail addresses. The columns are: ` +
        `${headers.filter((header) => header !== '').join(', ')}. Name it with --column.`,
    );
  }
  for await (const batch of list.batches()) {
    yield batch.flatMap(({ row, cells }) => {
      const found = columns.map((at) => ({ row, text: cells[at]?.trim() ?? '' }));
      const written = found.filter(({ text }) => text !== '');
      // A row without any address is one that cannot be read.
      return written.length > 0 ? written : found.slice(0, 1);
    });
  }
}
