import { asText, shown } from './casts';
import { Raised, Refusal, unprocessable } from './errors';
import type { Fields, Value } from './rows';

/** What a filter compares: texts, numbers, times (ms), lists of labels. Null is SQL's NULL. */
export type Comparable = string | number | boolean | readonly string[] | null;

export interface FilterKey<Row> {
  readonly kind: 'text' | 'phone' | 'number' | 'boolean' | 'time' | 'labels';
  read(row: Row): Comparable;
}

type Predicate<Row> = (row: Row) => boolean;

const OPERATORS: Readonly<Record<FilterKey<unknown>['kind'], readonly string[]>> = {
  text: [
    'equal_to',
    'not_equal_to',
    'contains',
    'does_not_contain',
    'is_present',
    'is_not_present',
  ],
  phone: ['equal_to', 'not_equal_to', 'contains', 'does_not_contain', 'starts_with'],
  number: [
    'equal_to',
    'not_equal_to',
    'is_present',
    'is_not_present',
    'is_greater_than',
    'is_less_than',
  ],
  boolean: ['equal_to', 'not_equal_to'],
  time: ['is_greater_than', 'is_less_than', 'days_before'],
  labels: ['equal_to', 'not_equal_to', 'is_present', 'is_not_present'],
};

/** Texts of the filter errors: still translated in every version. */
const TEXTS = {
  en: {
    key: (key: string, keys: string) =>
      `Invalid attribute key - [${key}]. The key should be one of [${keys}] or a custom attribute defined in the account.`,
    operator: (key: string, operators: string) =>
      `Invalid operator. The allowed operators for ${key} are [${operators}].`,
    joint: () => 'Query operator must be either "AND" or "OR".',
    value: (key: string) => `Invalid value. The values provided for ${key} are invalid`,
  },
  de: {
    key: (key: string, keys: string) =>
      `Ungültiger Attributschlüssel - [${key}]. Der Schlüssel sollte einer von [${keys}] sein.`,
    operator: (key: string, operators: string) =>
      `Ungültiger Operator. Die erlaubten Operatoren für ${key} sind [${operators}].`,
    joint: () => 'Der Abfrageoperator muss entweder "AND" oder "OR" sein.',
    value: (key: string) => `Ungültiger Wert. Die Werte für ${key} sind ungültig`,
  },
};

/**
 * The rows that a filter's payload selects. AND binds closer than OR, as in the SQL that it becomes.
 * Chatwoot v4.15.1 app/services/filter_service.rb.
 *
 * @throws Refusal 422 for a bad key, operator or value; Raised for a missing payload or a missing joining operator.
 */
export function filterBy<Row>(
  payload: Value | undefined,
  keys: ReadonlyMap<string, FilterKey<Row>>,
  locale: string,
  nowMs: number,
): Predicate<Row> {
  if (!Array.isArray(payload)) throw new Raised('undefined method `each_with_index`');
  const texts = locale === 'de' ? TEXTS.de : TEXTS.en;
  const alternatives: Predicate<Row>[][] = [[]];
  for (const [index, condition] of payload.entries()) {
    const fields = condition as Fields;
    const predicate = predicateOf(fields, keys, texts, nowMs);
    alternatives.at(-1)?.push(predicate);
    const joint = fields.query_operator ?? null;
    const isLast = index === payload.length - 1;
    if (joint !== null && !['and', 'or'].includes(shown(joint).toLowerCase())) {
      throw new Refusal(unprocessable(texts.joint()));
    }
    // A missing or a trailing joining operator makes SQL that the database does not understand.
    if (isLast !== (joint === null)) throw new Raised('PG::SyntaxError');
    if (shown(joint).toLowerCase() === 'or') alternatives.push([]);
  }
  return (row) => alternatives.some((all) => all.length > 0 && all.every((test) => test(row)));
}

function predicateOf<Row>(
  condition: Fields,
  keys: ReadonlyMap<string, FilterKey<Row>>,
  texts: typeof TEXTS.en,
  nowMs: number,
): Predicate<Row> {
  const name = asText(condition.attribute_key) ?? '';
  const key = keys.get(name);
  if (key === undefined) {
    throw new Refusal(unprocessable(texts.key(name, [...keys.keys()].join(', '))));
  }
  const operator = asText(condition.filter_operator) ?? '';
  const allowed = OPERATORS[key.kind];
  if (!allowed.includes(operator)) {
    throw new Refusal(unprocessable(texts.operator(name, allowed.join(', '))));
  }
  if (operator === 'is_present') return (row) => isThere(key.read(row));
  if (operator === 'is_not_present') return (row) => !isThere(key.read(row));
  const values = valuesOf(condition.values);
  if (values.length === 0) throw new Refusal(unprocessable(texts.value(name)));
  const wanted = values.map((value) => normalised(value, key.kind));
  return (row) => compare(key.read(row), operator, wanted, key.kind, nowMs);
}

/** A bare text is no error: only its first character is used. */
function valuesOf(values: Value | undefined): string[] {
  if (typeof values === 'string') return values === '' ? [] : [values.charAt(0)];
  if (!Array.isArray(values)) return [];
  return values.map((value) => asText(value)).filter((value) => value !== null);
}

function normalised(value: string, kind: FilterKey<unknown>['kind']): string {
  if (kind === 'phone') return `+${value.replaceAll('+', '')}`;
  return value.toLowerCase();
}

function compare(
  have: Comparable,
  operator: string,
  wanted: readonly string[],
  kind: FilterKey<unknown>['kind'],
  nowMs: number,
): boolean {
  if (Array.isArray(have)) {
    const some = have.some((label) => wanted.includes(String(label).toLowerCase()));
    return operator === 'equal_to' ? some : !some;
  }
  // SQL: a comparison with NULL is never true.
  if (have === null) return false;
  const text = String(have).toLowerCase();
  const first = wanted[0] ?? '';
  switch (operator) {
    case 'equal_to':
      return wanted.includes(text);
    case 'not_equal_to':
      return !wanted.includes(text);
    case 'contains':
      return text.includes(kind === 'phone' ? first.slice(1) : first);
    case 'does_not_contain':
      return !text.includes(kind === 'phone' ? first.slice(1) : first);
    case 'starts_with':
      return text.startsWith(first);
    case 'is_greater_than':
      return Number(have) > limitOf(first, kind);
    case 'is_less_than':
      return Number(have) < limitOf(first, kind);
    default:
      return Number(have) < nowMs - Number(first) * 86_400_000;
  }
}

function limitOf(value: string, kind: FilterKey<unknown>['kind']): number {
  return kind === 'time' ? Date.parse(value) : Number(value);
}

function isThere(value: Comparable): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== '';
}
