import type { Operation } from './operations';
import { exampleOf, type Shapes } from './schema';

/** A command that makes this very request, as far as the names in it are there. */
export function curlOf(operation: Operation, base: string, shapes: Shapes): string {
  const { method, scope } = operation;
  const body = bodyOf(operation, shapes);
  // A GET is what curl does by itself, and a PUT what it does with a file.
  const plain = method === 'GET' || body.some((part) => part.startsWith('-T'));
  return [
    `curl ${plain ? '' : `-X ${method} `}${quoted(base + placeOf(operation, shapes))}`,
    ...(scope === null ? [] : ['-H "Authorization: Bearer $CAMPAIGN_KEY"']),
    ...headersOf(operation, shapes),
    ...body,
  ].join(' \\\n  ');
}

function placeOf({ path, parameters = [] }: Operation, shapes: Shapes): string {
  const values = new Map(
    parameters.map(({ name, schema = {} }) => [name, encodeURIComponent(example(schema, shapes))]),
  );
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required === true)
    .map(({ name }) => `${name}=${values.get(name)}`);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? '');
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** Of headers those that have an example: no request needs the others. */
function headersOf({ parameters = [] }: Operation, shapes: Shapes): string[] {
  return parameters.flatMap(({ name, in: place, schema }) =>
    place === 'header' && schema?.examples !== undefined
      ? [`-H ${quoted(`${titled(name)}: ${example(schema, shapes)}`)}`]
      : [],
  );
}

function bodyOf({ method, requestBody }: Operation, shapes: Shapes): string[] {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return [];
  const header = `-H ${quoted(`Content-Type: ${type}`)}`;
  const json = content?.example ?? exampleOf(content?.schema ?? {}, shapes, false);
  if (type.includes('json') && typeof json === 'object') {
    return [header, `-d ${quoted(JSON.stringify(json, null, 2))}`];
  }
  return [header, method === 'PUT' ? '-T list.csv' : '--data-binary @body'];
}

function example(schema: Parameters<typeof exampleOf>[0], shapes: Shapes): string {
  const found = exampleOf(schema, shapes, true);
  return typeof found === 'string' ? found : JSON.stringify(found);
}

/** `idempotency-key` → `Idempotency-Key` */
export const titled = (header: string): string =>
  header.replaceAll(
    /(^|-)([a-z])/g,
    (_, dash: string, letter: string) => dash + letter.toUpperCase(),
  );

/** For a shell: nothing in it is anything but text. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
