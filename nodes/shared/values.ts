import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

/** A parameter as text; empty where it is not set or not shown. */
export function readValue(context: IExecuteFunctions, item: number, name: string): string {
  return textOf(context, item, name, context.getNodeParameter(name, item, ''));
}

export function readWord(context: IExecuteFunctions, item: number, name: string): string {
  return readValue(context, item, name).trim();
}

/** What a resource locator points at. Only for parameters that are shown: n8n refuses to resolve any other. */
export function readChoice(context: IExecuteFunctions, item: number, name: string): string {
  const value: unknown = context.getNodeParameter(name, item, '', { extractValue: true });
  return textOf(context, item, name, value).trim();
}

/** The same value, where there is one. */
export function needed(
  context: IExecuteFunctions,
  item: number,
  { value, label }: { readonly value: string; readonly label: string },
): string {
  if (value.trim() !== '') return value;
  throw refuse(context, item, `The parameter '${label}' is empty`);
}

/** The rows of a collection of names and values. Names are kept to the letter: some platforms tell them apart by case. */
export function readPairs(
  context: IExecuteFunctions,
  item: number,
  name: string,
): Record<string, string> {
  return Object.fromEntries(
    readRows(context, item, name).map((row) => [row.name, row.value] as const),
  );
}

/** The same with the type that each row may have. */
export function readRows(
  context: IExecuteFunctions,
  item: number,
  name: string,
): readonly { readonly name: string; readonly type: string; readonly value: string }[] {
  const rows: unknown = context.getNodeParameter(name, item, []);
  return (rows as { name?: unknown; type?: unknown; value?: unknown }[]).map((row) => {
    const key = textOf(context, item, name, row.name);
    if (key.trim() === '') throw refuse(context, item, `A row of '${name}' has no name`);
    return {
      name: key,
      type: textOf(context, item, name, row.type),
      value: textOf(context, item, `${name}, ${key}`, row.value),
    };
  });
}

/** What stands in a collection. */
export function readFields(context: IExecuteFunctions, item: number, name: string): IDataObject {
  const fields: unknown = context.getNodeParameter(name, item, {});
  return typeof fields === 'object' && fields !== null ? (fields as IDataObject) : {};
}

/** Words between commas, or a list of words. */
export function readWords(
  context: IExecuteFunctions,
  item: number,
  name: string,
): readonly string[] {
  const given: unknown = context.getNodeParameter(name, item, '');
  const parts: unknown[] = Array.isArray(given) ? given : [given];
  return parts
    .flatMap((part) => textOf(context, item, name, part).split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** A date and time as RFC 3339; undefined where none is given. Without a zone it is one of the workflow's. */
export function readMoment(
  context: IExecuteFunctions,
  item: number,
  name: string,
): string | undefined {
  const text = momentText(context.getNodeParameter(name, item, '')).trim();
  if (text === '') return undefined;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  const moment = Date.parse(zoned ? text : `${text.length === 10 ? `${text}T00:00` : text}Z`);
  if (Number.isNaN(moment) || !/^\d{4}-\d\d-\d\d/.test(text)) {
    throw refuse(context, item, `The parameter '${name}' is not a date and time`);
  }
  return new Date(zoned ? moment : inZone(moment, context.getTimezone())).toISOString();
}

/** What `$now` yields is no text, but writes itself as one where it becomes JSON. */
function momentText(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value ?? ''));
  return typeof plain === 'string' ? plain : 'none';
}

export function refuse(
  context: IExecuteFunctions,
  item: number,
  message: string,
  description?: string,
): NodeOperationError {
  return new NodeOperationError(context.getNode(), message, {
    itemIndex: item,
    ...(description !== undefined && { description }),
  });
}

/** An expression may yield anything: what is not one value is refused, not guessed. */
function textOf(context: IExecuteFunctions, item: number, name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw refuse(context, item, `The parameter '${name}' is not a text`);
}

/** The moment at which a clock in this zone shows what a clock in UTC shows at `wallMs`. */
function inZone(wallMs: number, timeZone: string): number {
  const first = wallMs - offsetMs(wallMs, timeZone);
  // Once more, for the hours in which the clocks are changed.
  return wallMs - offsetMs(first, timeZone);
}

function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(atMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const shown = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
  return shown - Math.trunc(atMs / 1_000) * 1_000;
}
