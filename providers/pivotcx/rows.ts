import { parsePhone } from '../../core/phone';
import { type Body, readAny } from '../read';
import type { Settings } from './settings';

/** Whose conversation is looked for. */
export interface Person {
  readonly phone: string;
  readonly contactId: string | null;
}

/**
 * Whose a listed conversation is. A number that is shown decides alone: where it is another one, the message would go
 * there. `moved`: the person's contact, with another number.
 */
export function judge(
  row: Body,
  person: Person,
  settings: Settings,
): 'own' | 'moved' | 'strange' | 'unverifiable' {
  const id = contactIdOf(row, settings);
  const same = id !== null && id === person.contactId;
  const phone = phoneOf(row, settings);
  if (phone !== null && isSame(phone, person.phone)) return 'own';
  if (phone !== null && parsePhone(phone).ok) return same ? 'moved' : 'strange';
  if (same) return 'own';
  return id === null || person.contactId === null ? 'unverifiable' : 'strange';
}

export function contactIdOf(row: Body, { contactIdPaths }: Settings): string | null {
  for (const path of contactIdPaths) {
    const value = readEither(row, path);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

/** Answers may be in camel case, as bodies are, or in snake case, as filters are. */
export function readEither(row: Body, path: string): Body {
  return readAny(row, path) ?? readAny(row, snakeOf(path));
}

const snakeOf = (path: string): string =>
  path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Whether the row says that there is nothing: null at the path, or on the way to it. */
export function isNothing(row: Body, path: string): boolean {
  return [path, snakeOf(path)].some((spelled) => {
    const steps = spelled.split('.');
    return steps.some((_, at) => readAny(row, steps.slice(0, at + 1).join('.')) === null);
  });
}

/** As it is written there. */
export function phoneOf(row: Body, { contactPhonePaths }: Settings): string | null {
  for (const path of contactPhonePaths) {
    const value = readEither(row, path);
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

/** A moment, where it is written with its zone: without one it would be read by the zone of this machine. */
export function momentOf(value: Body): number | null {
  if (typeof value !== 'string' || !/(Z|[+-]\d\d:?\d\d)$/i.test(value)) return null;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : moment;
}

/** Whether a number, however it is written, is this one in E.164. */
function isSame(shown: string, phone: string): boolean {
  const read = parsePhone(shown);
  return read.ok ? read.value === phone : `+${shown.replace(/\D/g, '')}` === phone;
}
