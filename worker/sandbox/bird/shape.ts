import { isFields } from '../body';
import type { Value } from '../platform';
import { malformed } from './errors';

/** What a body may look like. A field that is not named is refused, as the platform does it. */
export type Shape =
  | { readonly kind: 'text' | 'number' | 'flag' | 'any' }
  | { readonly kind: 'list'; readonly of: Shape; readonly most?: number; readonly least?: number }
  | {
      readonly kind: 'fields';
      readonly fields: Readonly<Record<string, Shape>>;
      readonly required: readonly string[];
    };

export const text: Shape = { kind: 'text' };
export const number: Shape = { kind: 'number' };
export const flag: Shape = { kind: 'flag' };
export const any: Shape = { kind: 'any' };

export function list(of: Shape, bounds: { most?: number; least?: number } = {}): Shape {
  return { kind: 'list', of, ...bounds };
}

export function fields(
  known: Readonly<Record<string, Shape>>,
  required: readonly string[] = [],
): Shape {
  return { kind: 'fields', fields: known, required };
}

/** Throws a 422 that names every field which is wrong, by its path: `.receiver.contacts[0]`. */
export function checkShape(value: Value, shape: Shape): void {
  const details: Record<string, string[]> = {};
  check(value, shape, '', (path, problem) => {
    (details[path === '' ? '.' : path] ??= []).push(problem);
  });
  if (Object.keys(details).length > 0) throw malformed(details);
}

type Complain = (path: string, problem: string) => void;

function check(value: Value, shape: Shape, path: string, complain: Complain): void {
  switch (shape.kind) {
    case 'any':
      return;
    case 'text':
      if (typeof value !== 'string') complain(path, 'value must be a string');
      return;
    case 'number':
      if (typeof value !== 'number') complain(path, 'value must be a number');
      return;
    case 'flag':
      if (typeof value !== 'boolean') complain(path, 'value must be a boolean');
      return;
    case 'list':
      if (!Array.isArray(value)) {
        complain(path, 'value must be an array');
        return;
      }
      if (value.length > (shape.most ?? Number.POSITIVE_INFINITY)) {
        complain(path, `at most ${shape.most} items are allowed`);
      }
      if (value.length < (shape.least ?? 0)) {
        complain(path, `at least ${shape.least} items are needed`);
      }
      for (const [index, each] of value.entries()) {
        check(each, shape.of, `${path}[${index}]`, complain);
      }
      return;
    case 'fields':
      if (!isFields(value)) {
        complain(path, 'value must be an object');
        return;
      }
      for (const [name, each] of Object.entries(value)) {
        const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
        if (known === undefined) complain(path, `property "${name}" is unsupported`);
        else check(each, known, `${path}.${name}`, complain);
      }
      for (const name of shape.required) {
        if (value[name] === undefined) complain(path, `property "${name}" is missing`);
      }
  }
}

/** A value as text, where it is one. */
export function textIn(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
