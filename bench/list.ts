import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Writes a list of so many different people, as a spreadsheet would save it; every one of them may be written to. */
export async function writeList(file: string, rows: number): Promise<void> {
  const out = createWriteStream(file);
  out.write('Mobile,First name,order,opted in,TZ\n');
  for (let n = 0; n < rows; n += 1) {
    // Made-up numbers; this traffic never leaves the machine.
    const digits = String(2_012_000_000 + n * 97);
    const line = `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)},Ana,${n},yes,America/New_York\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}
