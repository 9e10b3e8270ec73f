import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseAddress } from '../../core/address';
import { readTextFile } from '../campaign/campaign-file';
import { findColumns, findHeader, noColumn } from '../campaign/columns';
import { InputError } from '../campaign/input-error';
import { openList } from '../campaign/list/open-list';

export interface ListedAddress {
  readonly row: number;
  readonly text: string;
}

const BLOCK = 500;

/** The addresses of a file in blocks: one a line, or a column of a CSV or XLSX with headers. */
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
    return parseAddress('phone', text, 'US').ok || /\d{5}/.test(text) || text.includes('@');
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
  const at =
    column === undefined
      ? findColumns({ headers, mapping: {}, kinds: ['phone', 'email'] }).address
      : findHeader(headers, column);
  if (at === -1) throw new InputError(noColumn(headers, column ?? ''));
  for await (const batch of list.batches()) {
    yield batch.map(({ row, cells }) => ({ row, text: cells[at] ?? '' }));
  }
}
