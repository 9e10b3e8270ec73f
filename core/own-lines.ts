/** Where somebody else's words begin: a quotation, a signature, the note of a mail program. */
const ENDS = [
  /^[>|]/,
  /^[-_*=]{2,}$|^-{3,}/,
  /^(?:from|de|von|da|van|od|от|من)\s?:/i,
  /^(?:sent from|gesendet v|enviado d|envoyé d|inviato d|verzonden v|get outlook)/i,
];
/** The line above a quotation, which mail programs break in two. */
const QUOTES =
  /(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|yazdı|пишет|написал|كتب).{0,200}:$/i;

/** Its first half, where it is broken: with a date. */
const QUOTES_BEGIN = /^(?:on|am|le|el|em|il|op|den|\d)\P{L}.*\d/iu;

/** Without the quotation that an answer stands below; all of it where that is all there is. */
function belowQuotation(all: readonly string[]): readonly string[] {
  let from = 0;
  for (let line = all[0]; line !== undefined; line = all[from]) {
    const broken = QUOTES_BEGIN.test(line) && QUOTES.test(`${line} ${all[from + 1] ?? ''}`);
    if (QUOTES.test(line) || line === '' || /^[>|]/.test(line)) from += 1;
    else if (broken) from += 2;
    else break;
  }
  const left = all.slice(from);
  return left.some((line) => line !== '') ? left : all;
}

/** The lines that a person wrote, without the quotation above them, and what follows them. */
export function ownLines(text: string): string[] {
  const all = belowQuotation(text.split(/[\r\n\u2028\u2029]+/).map((line) => line.trim()));
  const lines: string[] = [];
  for (const [at, line] of all.entries()) {
    const ends = ENDS.some((end) => end.test(line)) || QUOTES.test(`${line} ${all[at + 1] ?? ''}`);
    if (lines.length > 0 && (ends || QUOTES.test(line))) break;
    if (/[\p{L}\p{N}]/u.test(line.normalize('NFKC'))) lines.push(line);
  }
  return lines;
}
