import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { type Mapped, mapperProperty, readMapped } from './mapped';
import { readRows, refuse } from './values';

/** Attributes by name, for those that the platform does not list. */
export const attributesProperty: INodeProperties = {
  displayName: 'Attributes',
  name: 'attributes',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  default: {},
  placeholder: 'Add Attribute',
  description: 'Attributes by name. The platform must know their names.',
  options: [
    {
      displayName: 'Attribute',
      name: 'attribute',
      values: [
        {
          displayName: 'Name',
          name: 'name',
          type: 'string',
          default: '',
          placeholder: 'e.g. city',
          description: 'The name of the attribute on the platform',
        },
        {
          displayName: 'Type',
          name: 'type',
          type: 'options',
          default: 'text',
          options: [
            { name: 'Number', value: 'number' },
            { name: 'Text', value: 'text' },
            { name: 'Yes or No', value: 'boolean' },
          ],
        },
        { displayName: 'Value', name: 'value', type: 'string', default: '' },
      ],
    },
  ],
};

/** Those that the account defines. */
export const customAttributesProperty = (method: string, of: string): INodeProperties =>
  mapperProperty(
    {
      displayName: 'Custom Attributes',
      name: 'customAttributes',
      description: `Attributes of the ${of} that the account defines. What is empty is not written.`,
    },
    { method, singular: 'attribute', plural: 'attributes' },
  );

/** All of them; undefined where there are none. One that is given by name wins. */
export function readAttributes(
  context: IExecuteFunctions,
  item: number,
): Record<string, Mapped> | undefined {
  const named = readRows(context, item, 'attributes.attribute').map(
    ({ name, type, value }) => [name, typed(context, item, { name, type, value })] as const,
  );
  const all = {
    ...readMapped(context, item, 'customAttributes'),
    ...Object.fromEntries(named),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

function typed(
  context: IExecuteFunctions,
  item: number,
  { name, type, value }: { name: string; type: string; value: string },
): Mapped {
  const text = value.trim();
  if (type === 'number') {
    if (text !== '' && Number.isFinite(Number(text))) return Number(text);
    throw refuse(context, item, `The attribute '${name}' is not a number`);
  }
  if (type === 'boolean') {
    if (/^(true|yes|1)$/i.test(text)) return true;
    if (/^(false|no|0)$/i.test(text)) return false;
    throw refuse(context, item, `The attribute '${name}' is neither yes nor no`);
  }
  return value;
}
