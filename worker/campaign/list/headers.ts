import { plain } from '../closest';
import { InputError } from '../input-error';

/** The letter of a column as spreadsheets show it: 0 is A, 26 is AA. */
export function columnLetter(index: number): string {
  let letters = '';
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) {
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  }
  return letters;
}

/** Trims the header row. Throws `InputError` when two columns have the same name: nobody could tell which is meant. */
export function readHeaders(cells: readonly string[], path: string): string[] {
  const headers = cells.map((cell) => cell.replace(/\s+/g, ' ').trim());
  if (headers.every((header) => header === '')) {
    throw new InputError(`${path} has no header row.`);
  }
  if (headers.some(isPersonal)) {
    throw new InputError(
      `The first row of ${path} looks like a person, not like the names of the columns. Put a row with their names above it, such as: phone, name.`,
    );
  }
  const columns = new Map<string, number[]>();
  headers.forEach((header, i) => {
    const key = plain(header) || header;
    if (header !== '') columns.set(key, [...(columns.get(key) ?? []), i]);
  });
  const problems: string[] = [];
  for (const same of columns.values()) {
    if (same.length < 2) continue;
    const letters = same.map(columnLetter);
    const last = letters.pop();
    problems.push(
      `Columns ${letters.join(', ')} and ${last} are both called "${headers[same[0] ?? 0]}". Rename one of them in ${path}.`,
    );
  }
  if (problems.length > 0) throw new InputError(problems);
  return headers;
}

/** A number or an e-mail address: somebody's, and so never a header, nor to be shown in a sentence. */
function isPersonal(header: string): boolean {
  return /@\S+\.\S/.test(header) || /^\+?[\d\s().-]{7,}$/.test(header);
}

/** The one of , ; tab | that occurs most in the first line with content, outside quotes. A comma when none does. */
export function detectDelimiter(text: string): string {
  const quotedAway = text.slice(0, 64 * 1024).replace(/"(?:[^"]|"")*"/g, 'q');
  const bare = /[^\r\n]*\S[^\r\n]*/.exec(quotedAway)?.[0] ?? '';
  let best = ',';
  let most = 0;
  for (const candidate of [',', ';', '\t', '|']) {
    const count = bare.split(candidate).length - 1;
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}
