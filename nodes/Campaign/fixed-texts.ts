import type { IExecuteFunctions } from 'n8n-workflow';
import { readFields, readPairs, refuse } from '../shared/values';

/**
 * An expression of n8n is filled in once, from the first item: a hundred thousand people would be called Ada. What they read is
 * therefore the runner's own template, and no expression.
 */

const ADVICE =
  "It would be filled in from the first item, and everybody would get that. Write {{ firstName }} in a fixed text for {{ $json.firstName }}: the runner fills it in for each recipient from the field 'firstName'";

/** Parameters that are texts to each recipient, and what they are called. */
const TEXTS: readonly (readonly [path: readonly string[], label: string])[] = [
  [['text'], 'Text'],
  [['templateParameters'], 'Template Parameters'],
  [['campaignOptions', 'buttons'], 'Buttons'],
  [['campaignOptions', 'header'], 'Header'],
  [['campaignOptions', 'templateText'], 'Template Text'],
];

/** "{{ $json.name }}": n8n takes the sign of an expression away where none may stand, and leaves the rest. No variable of Liquid has a dollar sign. */
const ASKS_N8N = /\{\{[^{}]*\$[\p{L}(]/u;

/** The same, where a campaign file has them. */
const TEXT_OF_FILE = [[['campaignFile'], 'Text of the File']] as const;

/** @throws NodeOperationError when a text to many people is an expression. */
export function refuseExpressions(
  context: IExecuteFunctions,
  item: number,
  definition: 'fields' | 'file',
): void {
  const { parameters } = context.getNode();
  for (const [path, label] of definition === 'file' ? TEXT_OF_FILE : TEXTS) {
    const raw = path.reduce<unknown>((value, key) => fieldOf(value, key), parameters);
    if (hasExpression(raw)) throw refuse(context, item, `'${label}' is an expression`, ADVICE);
  }
}

/** The parameters of a template as the runner takes them: Liquid by name; those given by name come first. */
export function readTemplateParams(
  context: IExecuteFunctions,
  item: number,
): Record<string, string> {
  const named = readPairs(context, item, 'templateParameters.parameter');
  return { ...mapped(context, item), ...named };
}

interface RawMapper {
  readonly mappingMode?: unknown;
  readonly value?: unknown;
  readonly schema?: readonly { readonly id: string; readonly removed?: boolean }[];
}

function mapped(context: IExecuteFunctions, item: number): Record<string, string> {
  // Not by getNodeParameter, which would fill in what is not to be filled in here.
  const raw = fieldOf(context.getNode().parameters, 'templateVariables');
  const { mappingMode, value, schema = [] } = (raw ?? {}) as RawMapper;
  if (mappingMode === 'autoMapInputData') {
    const ids = schema.filter(({ removed }) => removed !== true).map(({ id }) => id);
    return Object.fromEntries(ids.map((id) => [id, variable(context, item, id)]));
  }
  const values = Object.entries((value ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    values.flatMap(([id, given]) => {
      const text = textOf(context, item, id, given);
      return text === '' ? [] : [[id, text]];
    }),
  );
}

/** "{{ firstName }}": the field of the same name. */
function variable(context: IExecuteFunctions, item: number, id: string): string {
  if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(id)) return `{{ ${id} }}`;
  throw refuse(
    context,
    item,
    `The template variable '${id}' cannot be filled in from a field of that name`,
    "Choose 'Map Each Variable Manually', and write a field such as {{ firstName }} for it",
  );
}

/** The editor makes an expression of whatever is typed with double braces: what asks n8n for nothing is the runner's. */
function textOf(context: IExecuteFunctions, item: number, id: string, given: unknown): string {
  if (typeof given !== 'string') return given === null ? '' : JSON.stringify(given ?? '');
  if (!given.startsWith('=')) return given;
  const inner = given.slice(1);
  if (!ASKS_N8N.test(inner)) return inner;
  throw refuse(context, item, `The template variable '${id}' is an expression`, ADVICE);
}

/** What stands in a collection of one, such as quiet hours. */
export function readGroup(
  context: IExecuteFunctions,
  item: number,
  name: string,
): Record<string, unknown> {
  return readFields(context, item, `campaignOptions.${name}.values`);
}

function fieldOf(value: unknown, key: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[key];
}

/** Whether n8n would fill in anything here. */
export function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith('=') || ASKS_N8N.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasExpression);
}
