import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { IDataObject, INodeExecutionData, INodeType } from 'n8n-workflow';

/** Nodes whose output is described with another's. */
const DESCRIBED_BY: Readonly<Record<string, string>> = { Bevatel: 'Chatwoot' };
/** What a row may leave out. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  'template/getMany': ['category', 'body'],
};

interface Schema {
  readonly type: string;
  readonly properties: Readonly<Record<string, object>>;
}

const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });

/** Where the output of an operation is described, in the sources. */
export function schemaPath(node: string, resource: string, operation: string): string {
  const folder = DESCRIBED_BY[node] ?? node;
  return join('nodes', folder, '__schema__', 'v1.0.0', resource, `${operation}.json`);
}

/**
 * That items are what the editor shows of them before the first run: every field is described and of its type, and none that is
 * described is missing.
 */
export function expectSchema(
  node: INodeType,
  { resource, operation }: IDataObject,
  items: readonly INodeExecutionData[],
): void {
  const [of, value] = [resource as string, operation as string];
  const what = `${of}/${value}`;
  const path = schemaPath(node.constructor.name, of, value);
  if (!existsSync(path)) throw new Error(`the output of ${what} is not described: ${path}`);
  const { type, properties } = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  const left = OPTIONAL[what] ?? [];
  const required = Object.keys(properties).filter((name) => !left.includes(name));
  const fits = ajv.compile({ type, properties, required, additionalProperties: false });
  for (const { json } of items) {
    if (fits(json)) continue;
    throw new Error(`${path}: ${ajv.errorsText(fits.errors)} in ${JSON.stringify(json)}`);
  }
}
