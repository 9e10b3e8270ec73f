/** A JSON Schema, as far as the documentation shows it. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: boolean | Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

/** Shapes that others refer to, by name. */
export type Shapes = Readonly<Record<string, Shape>>;

/** What a shape refers to; `null` beside something else is taken off, as its type says so. */
export function resolved(shape: Shape, shapes: Shapes): Shape {
  if (shape.$ref !== undefined) {
    const { $ref, ...own } = shape;
    return { ...resolved(shapes[$ref.split('/').at(-1) ?? ''] ?? {}, shapes), ...own };
  }
  const [whole, ...more] = shape.allOf ?? [];
  if (whole !== undefined) {
    return more.reduce<Shape>((all, part) => ({ ...all, ...resolved(part, shapes) }), {
      ...resolved(whole, shapes),
    });
  }
  const choices = (shape.anyOf ?? shape.oneOf)?.filter(({ type }) => type !== 'null');
  const [only] = choices ?? [];
  if (only === undefined || choices?.length !== 1) return shape;
  const { anyOf: _, oneOf: __, ...own } = shape;
  return { ...resolved(only, shapes), ...own };
}

export interface Field {
  /** Such as `message.text` or `items[].name`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

const DEEPEST = 4;

/** All that an object may hold, place by place. */
export function fieldsOf(given: Shape, shapes: Shapes, before = '', depth = 0): Field[] {
  const shape = resolved(given, shapes);
  if (depth > DEEPEST) return [];
  if (shape.items !== undefined) return fieldsOf(shape.items, shapes, `${before}[]`, depth);
  return Object.entries(shape.properties ?? {}).flatMap(([name, property]) => {
    const path = before === '' ? name : `${before}.${name}`;
    const field = {
      path,
      type: typeOf(property, shapes),
      required: shape.required?.includes(name) === true,
      description: describe(property, shapes),
    };
    return [field, ...fieldsOf(property, shapes, path, depth + 1)];
  });
}

export function typeOf(given: Shape, shapes: Shapes): string {
  const shape = resolved(given, shapes);
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) {
    return [...new Set(choices.map((choice) => typeOf(choice, shapes)))].join(' or ');
  }
  if (shape.items !== undefined) return `list of ${typeOf(shape.items, shapes)}`;
  if (shape.format === 'date-time') return 'time';
  const types = [shape.type ?? 'anything']
    .flat()
    .map((type) => (type === 'object' ? 'object' : type));
  return types.join(' or ');
}

/** Its sentences, with what it may be. */
export function describe(given: Shape, shapes: Shapes): string {
  const shape = resolved(given, shapes);
  const words = shape.enum ?? resolved(shape.items ?? {}, shapes).enum;
  const bounds = [
    words === undefined ? null : `One of ${words.map((word) => `\`${String(word)}\``).join(', ')}.`,
    between(shape.minimum, shape.maximum, ''),
    between(undefined, shape.maxLength, ' letters'),
    between(undefined, shape.maxItems, ' entries'),
    shape.default === undefined ? null : `Without it: \`${JSON.stringify(shape.default)}\`.`,
  ];
  return [given.description ?? shape.description ?? '', ...bounds]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}

function between(least: number | undefined, most: number | undefined, of: string): string | null {
  const unbounded = (bound: number | undefined) =>
    bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER;
  const show = (bound = 0) => bound.toLocaleString('en');
  if (unbounded(most)) return unbounded(least) ? null : `From ${show(least)} on.`;
  return unbounded(least) ? `At most ${show(most)}${of}.` : `${show(least)} to ${show(most)}${of}.`;
}

/** An example: what the shape names as one, or what it is made of. `whole`: with all that it may hold, as an answer has it. */
export function exampleOf(given: Shape, shapes: Shapes, whole: boolean, depth = 0): unknown {
  const shape = resolved(given, shapes);
  const own = [given.example, given.examples?.[0], shape.example, shape.examples?.[0]];
  const [named] = own.filter((example) => example !== undefined);
  if (named !== undefined) return named;
  if (shape.examples?.length === 1 || shape.const !== undefined) return shape.const ?? null;
  if (shape.default !== undefined && whole) return shape.default;
  if (shape.enum !== undefined) return shape.enum[0];
  const [choice] = shape.anyOf ?? shape.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, shapes, whole, depth);
  const types = [shape.type ?? 'object'].flat();
  if (types.includes('array')) {
    return depth > DEEPEST ? [] : [exampleOf(shape.items ?? {}, shapes, whole, depth + 1)];
  }
  if (types.includes('object')) {
    const { properties = {}, required = [] } = shape;
    const shown = Object.entries(properties).filter(([name]) => whole || required.includes(name));
    return Object.fromEntries(
      shown.map(([name, property]) => [name, exampleOf(property, shapes, whole, depth + 1)]),
    );
  }
  if (types.includes('integer') || types.includes('number')) return shape.minimum ?? 0;
  if (types.includes('boolean')) return true;
  return types.includes('string') ? '…' : null;
}
