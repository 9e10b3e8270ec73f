import { isFields } from '../body';
import type { Fields, Value } from './rows';

/** A parameter as text; null when it is absent. Numbers become their digits, as a string column does it. */
export function asText(value: Value | undefined): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return null;
}

/** Any value as text: a list or a hash as JSON. */
export function shown(value: Value): string {
  return asText(value) ?? JSON.stringify(value);
}

/** A parameter as a whole number, also when it was sent as text; undefined when it is none. */
export function asId(value: Value | undefined): number | undefined {
  const text = asText(value);
  if (text === null || text === '') return undefined;
  const id = Number.parseInt(text, 10);
  return Number.isNaN(id) ? undefined : id;
}

/** A parameter as a Rails boolean: the false words are few, everything else that is there is true. */
export function asBoolean(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return ![false, 0, '0', 'f', 'F', 'false', 'FALSE', 'off', 'OFF'].includes(
    value as string | number | boolean,
  );
}

/** A parameter as a hash; an empty one when it is anything else. */
export function asFields(value: Value | undefined): Fields {
  return isFields(value) ? value : {};
}

/** Absent, null, an empty or a blank text, an empty list or hash. */
export function isBlank(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Seconds since the epoch, as the API shows times. */
export function seconds(ms: number | null): number {
  return ms === null ? 0 : Math.floor(ms / 1000);
}
