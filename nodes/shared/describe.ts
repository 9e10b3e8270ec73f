import type { INodeProperties } from 'n8n-workflow';
import type { Operation, Resource } from './operation';

const RESOURCES: Readonly<Record<Resource, string>> = {
  campaign: 'Campaign',
  channel: 'Channel',
  contact: 'Contact',
  conversation: 'Conversation',
  media: 'Media',
  message: 'Message',
  template: 'Template',
};

/** The parameters of a node, from the table of its operations: what is shown always has somebody who does it. */
export function propertiesOf(operations: readonly Described[]): INodeProperties[] {
  const resources = Object.keys(RESOURCES).filter((resource) =>
    operations.some((operation) => operation.resource === resource),
  ) as Resource[];
  return [
    {
      displayName: 'Resource',
      name: 'resource',
      type: 'options',
      noDataExpression: true,
      default: preferred(resources, 'campaign', 'message'),
      options: resources.map((resource) => ({ name: RESOURCES[resource], value: resource })),
    },
    ...resources.map((resource) => operationProperty(operations, resource)),
    ...resources.flatMap((resource) =>
      parametersOf(
        operations.filter((operation) => operation.resource === resource),
        resource,
      ),
    ),
  ];
}

type Described = Omit<Operation, 'work'>;

function operationProperty(operations: readonly Described[], resource: Resource): INodeProperties {
  const own = operations.filter((operation) => operation.resource === resource);
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    default: preferred(
      own.map(({ value }) => value),
      'createAndStart',
      'send',
    ),
    displayOptions: { show: { resource: [resource] } },
    options: own
      .map(({ name, value, action, description }) => ({ name, value, action, description }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

function preferred(values: readonly string[], ...wanted: readonly string[]): string {
  return wanted.find((value) => values.includes(value)) ?? values[0] ?? '';
}

/** Each parameter once for a resource, shown for the operations that have it; below all others what may be left alone. */
function parametersOf(operations: readonly Described[], resource: Resource): INodeProperties[] {
  const shown = new Map<INodeProperties, string[]>();
  for (const { value, parameters } of operations) {
    for (const parameter of parameters) {
      shown.set(parameter, [...(shown.get(parameter) ?? []), value]);
    }
  }
  const isLast = ({ name }: INodeProperties) => name === 'options';
  const inOrder = [...shown].sort(([a], [b]) => Number(isLast(a)) - Number(isLast(b)));
  return inOrder.map(([parameter, values]) => ({
    ...parameter,
    displayOptions: {
      ...parameter.displayOptions,
      show: { resource: [resource], operation: values, ...parameter.displayOptions?.show },
    },
  }));
}
