import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRecordSplitter } from '../../../../worker/campaign/list/records';

async function split(text: string, sizes: readonly number[] = [text.length], delimiter = ',') {
  const splitter = createRecordSplitter(delimiter);
  const rows = [];
  let at = 0;
  for (let i = 0; at < text.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    rows.push(...(await splitter.push(text.slice(at, at + size))));
    at += size;
  }
  rows.push(...(await splitter.end()));
  return rows;
}

const cells = async (text: string): Promise<string[][]> =>
  (await split(text)).map((row) => [...row.cells]);

describe('reads what was written', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', ',', ';', '\t', '"', '\n', '\r', 'é', '漢'),
  });
  const written = fc.record({
    records: fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    allQuoted: fc.boolean(),
    endsOpen: fc.boolean(),
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

  test('with any delimiter and line ends, cut into any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(written, sizes, async (list, pieces) => {
        const { records, lineEnd, delimiter, allQuoted, endsOpen } = list;
        const lines = records.map((one) =>
          one
            .map((c) =>
              allQuoted || c.includes(delimiter) || /["\r\n]/.test(c)
                ? `"${c.replaceAll('"', '""')}"`
                : c,
            )
            .join(delimiter),
        );
        // Behind its last line end a text has no row, so an empty last line needs one.
        const last = endsOpen && lines.at(-1) !== '' ? '' : lineEnd;
        const text = lines.length === 0 ? '' : lines.join(lineEnd) + last;
        expect(await split(text, pieces, delimiter)).toEqual(
          records.map((one, i) => ({ row: i + 1, cells: one })),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names rows as a spreadsheet does', () => {
  test('a line break in quotes adds no row, a blank line does', async () => {
    const rows = await split('h\n"a\nb"\n\nc\n');
    expect(rows.map(({ row, cells: [first] }) => [row, first])).toEqual([
      [1, 'h'],
      [2, 'a\nb'],
      [3, ''],
      [4, 'c'],
    ]);
  });
});

describe('is lenient where a spreadsheet is', () => {
  test('quotes inside a plain cell are text', async () => {
    expect(await cells('5" pipe,Robert "Bob" Lee\n')).toEqual([['5" pipe', 'Robert "Bob" Lee']]);
  });

  test('text behind a closing quote belongs to the cell', async () => {
    expect(await cells('"a"b,"c" ,d\n')).toEqual([['ab', 'c ', 'd']]);
  });

  test('also beside cells that begin with a quote, and around line breaks', async () => {
    expect(await cells('x,"""Ann"" Lee","a ""b"""c"d",5",""\r\n"e\r\n""f""" ,""g\r\n')).toEqual([
      ['x', '"Ann" Lee', 'a "b"c"d"', '5"', ''],
      ['e\r\n"f" ', 'g'],
    ]);
    const quotes = '"'.repeat(400_000);
    expect(await cells(`"${quotes}"a,"${quotes}"\n`)).toEqual([
      [`${quotes.slice(200_000)}a`, quotes.slice(200_000)],
    ]);
  });

  test('line ends may be mixed', async () => {
    expect(await cells('a\r\nb\rc\nd')).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  test('rows may have any number of cells', async () => {
    expect(await cells('a,b\nc\n\nd,e,f\n')).toEqual([['a', 'b'], ['c'], [''], ['d', 'e', 'f']]);
  });
});

describe('refuses what cannot be told apart', () => {
  test('a quote that is not closed, with the row in which it opens', async () => {
    await expect(split('h\na\n"b\nc\n')).rejects.toThrow(
      'A quote (") opens in row 3 and is not closed',
    );
  });

  test('a quote that meets the opening quote of a later row', async () => {
    await expect(split('h,i\n"Ann,1\n"Bob",2\n')).rejects.toThrow(
      'opens in row 2 and is not closed',
    );
  });

  test('a row of more than 10,000 lines', async () => {
    const lines = 'x\n'.repeat(10_001);
    for (const end of ['', '"\n']) {
      for (const size of [4096, 1_000_000]) {
        await expect(split(`h\n"${lines}${end}`, [size])).rejects.toThrow(
          'opens in row 2 and is not closed within 10,000 lines',
        );
      }
    }
  });

  test('a row of nothing but delimiters, before it is read to its end', async () => {
    for (const [start, piece, said] of [
      ['h\na', ',', 'Row 2 is longer than a million characters'],
      ['h\n', '"",', 'Row 2 is longer than a million characters'],
      ['h\n"\n",', ',', 'opens in row 2 and is not closed within'],
    ] as const) {
      const splitter = createRecordSplitter(',');
      await splitter.push(start);
      let taken = 0;
      const endless = async () => {
        for (; taken < 3_000_000; taken += 16_380) {
          await splitter.push(piece.repeat(16_380 / piece.length));
        }
      };
      await expect(endless()).rejects.toThrow(said);
      expect(taken).toBeLessThan(1_040_000);
    }
    await expect(split(`h\n${','.repeat(1_100_000)}\n`)).rejects.toThrow(
      'Row 2 is longer than a million characters',
    );
  });

  test('a row of more cells than a spreadsheet has', async () => {
    const [, widest] = await split(`h\n${','.repeat(16_383)}\n`);
    expect(widest?.cells).toHaveLength(16_384);
    await expect(split(`h\n${','.repeat(16_384)}\n`)).rejects.toThrow(
      'Row 2 has more than 16,384 cells',
    );
  });

  test('a row of more than a million characters', async () => {
    await expect(split(`h\n${'x'.repeat(1_100_000)}`, [65_536])).rejects.toThrow(
      'Row 2 is longer than a million characters',
    );
    await expect(split(`h\n"x\n${'x'.repeat(1_100_000)}`, [65_536])).rejects.toThrow(
      'opens in row 2 and is not closed within 10,000 lines or a million characters',
    );
  });
});
