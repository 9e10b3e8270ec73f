import type { INodeProperties } from 'n8n-workflow';
import { collection } from './properties';

export const defaultCountry: INodeProperties = {
  displayName: 'Default Country',
  name: 'defaultCountry',
  type: 'string',
  default: '',
  placeholder: 'e.g. US',
  description:
    'The two-letter code of the country that phone numbers without a leading plus sign belong to',
};

const lookUpFirst: INodeProperties = {
  displayName: 'Look Up First',
  name: 'lookUpFirst',
  type: 'boolean',
  default: true,
  description:
    "Whether to look for the Send Key in the recipient's conversation before sending, and not to send again when it is there. Without this option that is done if a Send Key is given.",
};

export const maxConcurrency: INodeProperties = {
  displayName: 'Max Concurrency',
  name: 'maxConcurrency',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 5,
  description: 'How many items are worked on at the same time',
};

export const maxRetries: INodeProperties = {
  displayName: 'Max Retries',
  name: 'maxRetries',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 3,
  description:
    'How often a call is repeated that the platform refused for now, after as long as it asks for. A message that may have been sent is never repeated.',
};

const perSecond: INodeProperties = {
  displayName: 'Messages per Second',
  name: 'perSecond',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 0,
  description: 'How many messages are sent per second at most. 0 means no limit.',
};

const settleSeconds: INodeProperties = {
  displayName: 'Settle Wait (Seconds)',
  name: 'settleSeconds',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 100,
  description:
    'How long to look for a message whose answer was lost, before the item is reported as unknown',
};

export const timeoutSeconds: INodeProperties = {
  displayName: 'Timeout (Seconds)',
  name: 'timeoutSeconds',
  type: 'number',
  typeOptions: { minValue: 1 },
  default: 60,
  description:
    'How long to wait for each answer of the platform. Giving up before the platform does leaves messages in doubt.',
};

/** Of what sends, on platforms that can be asked for a message. */
export const sendingOptions = optionsOf(
  ...[defaultCountry, lookUpFirst, maxConcurrency, maxRetries, perSecond],
  ...[settleSeconds, timeoutSeconds],
);

/** Of what sends where nothing can be looked up. */
export const blindSendingOptions = optionsOf(
  ...[defaultCountry, maxConcurrency, maxRetries, perSecond, timeoutSeconds],
);

/** Of what is about a person. */
export const personOptions = optionsOf(
  ...[defaultCountry, maxConcurrency, maxRetries, timeoutSeconds],
);

/** Of everything else. */
export const callOptions = optionsOf(maxConcurrency, maxRetries, timeoutSeconds);

/** The collection that stands last in a panel. */
export function optionsOf(...options: readonly INodeProperties[]): INodeProperties {
  return collection('Options', 'options', 'Add option', options);
}
