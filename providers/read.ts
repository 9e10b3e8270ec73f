import type { Json } from '../core/http';

/** A parsed answer, or a part of one. Undefined where there was nothing to parse. */
export type Body = Json | undefined;

/** What an answer lacks. Caught by `ask` only; names a field, never its content. */
function wrongShape(what: string, path: string): Error {
  const error = new Error(`no ${what} at ${path === '' ? 'the top' : path}`);
  error.name = 'WrongShape';
  return error;
}

export function isWrongShape(error: unknown): error is Error {
  return error instanceof Error && error.name === 'WrongShape';
}

/** The value at a dotted path (`payload.contact.id`); undefined where a step is missing. */
export function readAny(body: Body, path: string): Body {
  if (path === '') return body;
  let value = body;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    // Own keys only: an answer must not be able to reach into a prototype.
    value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** An id as a string, whether the platform writes it as a number or as text. */
export function readId(body: Body, path: string): string {
  const value = readAny(body, path);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw wrongShape('id', path);
}

export function readText(body: Body, path: string): string {
  const value = readAny(body, path);
  if (typeof value === 'string') return value;
  throw wrongShape('text', path);
}

export function readNumber(body: Body, path: string): number {
  const value = readAny(body, path);
  if (typeof value === 'number') return value;
  throw wrongShape('number', path);
}

/** The rows of a list that must be there. */
export function readList(body: Body, path: string): readonly Json[] {
  const value = readAny(body, path);
  if (Array.isArray(value)) return value;
  throw wrongShape('list', path);
}

/** The fields of an object; none where there is no object. */
export function readFields(body: Body, path: string): Readonly<Record<string, Body>> {
  const value = readAny(body, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** For fields that a platform may leave out. */
export function readOptionalText(body: Body, path: string): string | null {
  const value = readAny(body, path);
  return typeof value === 'string' ? value : null;
}

/** For fields that a platform may leave out. */
export function readOptionalNumber(body: Body, path: string): number | null {
  const value = readAny(body, path);
  return typeof value === 'number' ? value : null;
}

/** True only where the answer says so. */
export function readFlag(body: Body, path: string): boolean {
  return readAny(body, path) === true;
}
