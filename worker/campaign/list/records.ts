import { finished } from 'node:stream/promises';
import { CsvError, Parser } from 'csv-parse';
import { InputError } from '../input-error';

/** One record of a list, named as a spreadsheet names it: the first is row 1, a line break in quotes adds none. */
export interface ListRow {
  readonly row: number;
  readonly cells: readonly string[];
}

export interface RecordSplitter {
  /** Takes more text; returns the records that it completes. csv-parse looks a few bytes ahead before it says so. */
  push(text: string): Promise<ListRow[]>;
  /** The last records, where the text did not end with a line break. */
  end(): Promise<ListRow[]>;
  /** The row that is being read now. */
  row(): number;
}

/** No row of a list of people is longer; behind an unclosed quote there is no use in reading on. */
const MAX_RECORD_CHARACTERS = 1_000_000;
/** As many columns as a spreadsheet has. */
const MAX_CELLS = 16_384;
/** As csv-parse counts lines: a CRLF in quotes is two. */
const MAX_RECORD_LINES = 10_000;

const QUOTE = '"';

/**
 * Splits delimited text into records with csv-parse, leniently as spreadsheets do: any mix of line ends, quotes inside
 * a plain cell, text behind a closing quote. Throws `InputError` with the row for an unclosed quote, and for a row of
 * more than a million characters, 10,000 lines or 16,384 cells.
 */
export function createRecordSplitter(delimiter: string): RecordSplitter {
  let rows: ListRow[] = [];
  let linesBefore = 0;
  /** Characters since a record was last complete: csv-parse counts no delimiters, and a row may be nothing but these. */
  let unfinished = 0;

  const parser = new Parser({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    raw: true,
    // Blank lines are records as well, so that their number is the spreadsheet's row. Records are taken here, and none
    // are left for the stream: then each write is done when its callback is called.
    on_record(given: unknown, { records: row, lines, raw = '' }) {
      const { record } = given as { record: string[] };
      const spanned = lines - linesBefore;
      if (spanned > MAX_RECORD_LINES) throw tooLong(row, true);
      if (raw.length > MAX_RECORD_CHARACTERS) throw tooLong(row, spanned > 1);
      if (record.length > MAX_CELLS) throw tooWide(row);
      linesBefore = lines;
      const cells = record.some((cell) => cell.startsWith(QUOTE))
        ? withoutQuotes(record, raw, row)
        : record;
      rows.push({ row, cells });
      return null;
    },
  });
  parser.on('error', () => {
    // Whoever writes is told.
  });

  const row = (): number => parser.info.records + 1;
  /** The lines of the record that is being read: more than one where a quote is open. */
  const spanned = (): number => parser.info.lines - linesBefore;

  function taken(): ListRow[] {
    if (spanned() > MAX_RECORD_LINES) throw tooLong(row(), true);
    const complete = rows;
    if (complete.length > 0) unfinished = 0;
    rows = [];
    return complete;
  }

  function explained(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const long = error.code === 'CSV_MAX_RECORD_SIZE' || spanned() > MAX_RECORD_LINES;
    if (long) return tooLong(row(), spanned() > 1);
    return error.code === 'CSV_QUOTE_NOT_CLOSED' ? unclosed(row()) : error;
  }

  return {
    async push(text) {
      if (unfinished > MAX_RECORD_CHARACTERS) throw tooLong(row(), spanned() > 1);
      unfinished += text.length;
      await new Promise<void>((resolve, reject) => {
        // For each row with another number of cells than the first csv-parse makes an error that nobody sees. Its stack
        // trace would take ten times as long as the row.
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
          parser.write(text, (error) => {
            if (error) reject(explained(error));
            else resolve();
          });
        } finally {
          Error.stackTraceLimit = stackTraceLimit;
        }
      });
      return taken();
    },
    async end() {
      const done = finished(parser, { readable: false });
      parser.end();
      await done.catch((error: Error) => {
        throw explained(error);
      });
      return taken();
    },
    row,
  };
}

/**
 * csv-parse leaves the quotes in `"Ann" Lee`, where a spreadsheet shows Ann Lee, and does not tell this cell from a
 * well-formed `"""Ann"" Lee"`. The raw record does.
 */
function withoutQuotes(record: readonly string[], raw: string, row: number): string[] {
  const quoted = /"([^"]*(?:""[^"]*)*)"/y;
  let at = 0;
  return record.map((cell) => {
    quoted.lastIndex = at;
    const [whole, inner = ''] = quoted.exec(raw) ?? [];
    if (whole === undefined) {
      at += cell.length + 1;
      return cell;
    }
    const text = inner.replaceAll('""', QUOTE);
    const tail = cell.length === text.length ? '' : cell.slice(text.length + 2);
    // "Ann,…⏎"Bob",…: the quote of one row met the opening quote of a later one, and whole rows lie in the cell.
    if (tail.trim() !== '' && /[\r\n]/.test(text)) throw unclosed(row);
    at += whole.length + tail.length + 1;
    return text + tail;
  });
}

function unclosed(row: number): InputError {
  return new InputError(
    `A quote (") opens in row ${row} and is not closed where a cell ends. ` +
      'Nothing behind it can be told apart. Close it, or write it twice ("") where it is part of the text.',
  );
}

function tooLong(row: number, quoted: boolean): InputError {
  return new InputError(
    quoted
      ? `A quote (") opens in row ${row} and is not closed within ${MAX_RECORD_LINES.toLocaleString('en')} lines or a million characters. Close it, or write it twice ("") where it is part of the text.`
      : `Row ${row} is longer than a million characters. This is not a list of people, or its line ends are missing.`,
  );
}

function tooWide(row: number): InputError {
  return new InputError(
    `Row ${row} has more than ${MAX_CELLS.toLocaleString('en')} cells, which is more than a spreadsheet can have. This is not a list of people, or its line ends are missing.`,
  );
}
