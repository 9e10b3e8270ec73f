import type {
  FieldType,
  IExecuteFunctions,
  INodeProperties,
  ResourceMapperField,
} from 'n8n-workflow';

/** What a resource mapper may be filled with. */
export type Mapped = string | number | boolean;

/** A parameter whose fields the platform tells: each has a value of its own, or that of the input's field of its name. */
export function mapperProperty(
  property: Pick<INodeProperties, 'displayName' | 'name' | 'description'>,
  mapper: {
    readonly method: string;
    readonly singular: string;
    readonly plural: string;
    readonly dependsOn?: readonly string[];
    readonly addAllFields?: boolean;
  },
): INodeProperties {
  const { method, singular, plural, dependsOn = [], addAllFields = true } = mapper;
  return {
    ...property,
    type: 'resourceMapper',
    noDataExpression: true,
    default: { mappingMode: 'defineBelow', value: null },
    typeOptions: {
      ...(dependsOn.length > 0 && { loadOptionsDependsOn: [...dependsOn] }),
      resourceMapper: {
        resourceMapperMethod: method,
        // Whether anything is missing is said here, in words: the values may also come by name.
        mode: 'map',
        // Else n8n shows the name of the parameter nowhere.
        valuesLabel: property.displayName,
        fieldWords: { singular, plural },
        addAllFields,
        supportAutoMap: true,
      },
    },
  };
}

/**
 * The values of a resource mapper by their fields' ids; what is empty is left out. Filled from the input, it has the fields of
 * the list that it was set up with, or else those that are `known`.
 */
export function readMapped(
  context: IExecuteFunctions,
  item: number,
  name: string,
  known: readonly string[] = [],
): Record<string, Mapped> {
  const mapper = context.getNodeParameter(name, item, {}) as {
    readonly mappingMode?: string;
    readonly schema?: readonly { readonly id: string; readonly removed?: boolean }[];
  };
  const fromInput = mapper.mappingMode === 'autoMapInputData';
  const values = (
    fromInput
      ? (context.getInputData()[item]?.json ?? {})
      : context.getNodeParameter(`${name}.value`, item, {})
  ) as Record<string, unknown> | null;
  const listed = (mapper.schema ?? []).filter(({ removed }) => removed !== true);
  const wanted = listed.length > 0 ? listed.map(({ id }) => id) : known;
  const fields = Object.entries(values ?? {}).filter(([id]) => !fromInput || wanted.includes(id));
  return Object.fromEntries(
    fields.flatMap(([id, value]) => {
      const plain = plainOf(value);
      return plain === undefined ? [] : [[id, plain]];
    }),
  );
}

/** A field for a date is an object with a time and a zone by now; its day is what was meant. */
function plainOf(value: unknown): Mapped | undefined {
  const { toISODate } = (value ?? {}) as { toISODate?: unknown };
  const plain: unknown =
    typeof toISODate === 'function'
      ? toISODate.call(value)
      : JSON.parse(JSON.stringify(value ?? null));
  if (plain === null || plain === '') return undefined;
  if (typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean') {
    return plain;
  }
  return JSON.stringify(plain);
}

export const mapperField = (
  id: string,
  displayName: string,
  type: FieldType,
): ResourceMapperField => ({
  ...{ id, displayName, type },
  ...{ required: false, defaultMatch: false, canBeUsedToMatch: false, display: true },
});

/** The words around a variable say more than its number. */
export function variableField(param: string, body: string): ResourceMapperField {
  const found = new RegExp(`\\{\\{\\s*${param.replace(/\W/g, '\\$&')}\\s*\\}\\}`).exec(body);
  const around = found === null ? '' : wordsAround(body, found.index, found[0].length);
  const displayName = around === '' ? param : `${param}: …${around.trim()}…`;
  return { ...mapperField(param, displayName, 'string'), required: true };
}

/** Another variable is there as a whole, or not at all. */
function wordsAround(body: string, at: number, length: number): string {
  return body
    .slice(Math.max(0, at - 20), Math.max(at + 25, at + length))
    .replace(/^\{?[^{}]*\}+/, '')
    .replace(/\{\{?[^{}]*\}?$/, '')
    .replace(/\s+/g, ' ');
}
