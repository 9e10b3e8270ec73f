import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';

export { printable } from '../campaign/impersonal';

/** One line for the person, or the program, that asked. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One line beside the result. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One line that is out even when the process ends right after it. */
export function lastWords(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody listens any more.
  }
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value));
}

export function isTerminal(): boolean {
  return process.stdout.isTTY === true && process.stdin.isTTY === true;
}

/** Asks a person; an empty answer takes the default. */
export async function ask(question: string, fallback = ''): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await lines.question(
      fallback === '' ? `${question}: ` : `${question} [${fallback}]: `,
    );
    return answer.trim() === '' ? fallback : answer.trim();
  } finally {
    lines.close();
  }
}

/** Asks yes or no; anything but a yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  try {
    return /^y(es)?$/i.test(await ask(`${question} (y/N)`));
  } catch (error) {
    // Ctrl-C or Ctrl-D at the question is a no.
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  }
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** "1 row", "1,200 rows". */
export function many(n: number, one: string, more = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : more}`;
}

/** Lines in columns, two spaces apart; a column of numbers stands right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  const right = header.map((_, at) => rows.every((row) => /^[\d,./% –-]*$/.test(row[at] ?? '')));
  return all.map((row) =>
    row
      .map((cell, at) =>
        right[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** The day is left out where it is today. */
export function clockTime(ms: number, now = Date.now()): string {
  const at = new Date(ms);
  const day = (date: Date): string =>
    `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
  const time = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}:${String(at.getSeconds()).padStart(2, '0')}`;
  return day(at) === day(new Date(now)) ? time : `${day(at)} ${time.slice(0, 5)}`;
}
