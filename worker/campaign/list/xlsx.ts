import { readFile, stat } from 'node:fs/promises';
import readWorkbook from 'read-excel-file/node';
import { InputError } from '../input-error';
import type { ListRow } from './records';

/** A workbook is unpacked in memory, and 200,000 short rows take half a gigabyte of it: beyond, CSV is the way. */
const XLSX_MAX_BYTES = 10 * 1024 * 1024;
const XLSX_MAX_ROWS = 200_000;
const MAX_UNPACKED_BYTES = 300 * 1024 * 1024;

/** The package's own type says `typeof Date` where it means a date. */
type Cell = string | number | boolean | Date | null;

export interface Sheet {
  readonly name: string;
  readonly rows: readonly ListRow[];
}

/**
 * Reads one sheet of an XLSX file, the first unless `sheet` names one. Numbers keep all their digits, dates become
 * YYYY-MM-DD. Throws `InputError` for a zip that is no workbook, a sheet that is not there, and one above the limits.
 */
export async function readXlsx(path: string, sheet?: string): Promise<Sheet> {
  const { size } = await stat(path);
  if (size > XLSX_MAX_BYTES) {
    throw new InputError(
      `${path} has ${Math.ceil(size / 1024 / 1024)} MB; XLSX files are read up to 10 MB. Save the sheet as CSV (UTF-8), which may have any size.`,
    );
  }
  const bytes = await readFile(path);
  if (!bytes.includes('xl/workbook.xml')) {
    const what = bytes.includes('opendocument.spreadsheet')
      ? 'an OpenDocument spreadsheet (.ods)'
      : 'a zip file that is not an Excel workbook';
    throw new InputError(`${path} is ${what}. Save the list as CSV (UTF-8) or XLSX.`);
  }
  if (unpackedBytes(bytes) > MAX_UNPACKED_BYTES) {
    throw new InputError(`${path} unpacks to more than 300 MB. Save the sheet as CSV (UTF-8).`);
  }
  const sheets = await readSheets(path, bytes);
  const found =
    sheet === undefined ? sheets[0] : sheets.find((candidate) => candidate.sheet === sheet);
  if (found === undefined) {
    const names = sheets.map((candidate) => candidate.sheet).join(', ');
    throw new InputError(`audience.sheet: ${path} has no sheet ${sheet ?? ''}. It has: ${names}.`);
  }
  if (found.data.length > XLSX_MAX_ROWS) {
    throw new InputError(
      `${path} has ${found.data.length.toLocaleString('en')} rows; XLSX files are read up to 200,000. Save the sheet as CSV (UTF-8), which may have any size.`,
    );
  }
  const rows = found.data.map((cells, i) => ({
    row: i + 1,
    cells: (cells as Cell[]).map(cellText),
  }));
  return { name: found.sheet, rows };
}

async function readSheets(path: string, bytes: Buffer) {
  try {
    return await readWorkbook(bytes, { trim: false, parseNumber: plainNumber });
  } catch (error) {
    throw new InputError(
      `${path} is a damaged Excel workbook. Open it, and save the list as CSV (UTF-8).`,
      error,
    );
  }
}

/** A workbook keeps all digits, even where it writes an exponent; the text of a number is never shortened here. */
function plainNumber(text: string): string {
  const number = Number(text);
  return /e/i.test(text) && Number.isSafeInteger(number) ? String(number) : text;
}

function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) {
    const iso = cell.toISOString();
    return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ');
  }
  return String(cell);
}

/** The sum of what the zip's directory says its files unpack to. */
function unpackedBytes(zip: Buffer): number {
  let total = 0;
  for (let at = zip.indexOf('PK\x01\x02'); at !== -1; at = zip.indexOf('PK\x01\x02', at + 46)) {
    if (at + 46 <= zip.length) total += zip.readUInt32LE(at + 24);
  }
  return total;
}
