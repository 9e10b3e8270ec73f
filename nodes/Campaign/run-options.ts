import type { INodeProperties } from 'n8n-workflow';
import * as ofPlatforms from '../shared/option-properties';
import { optionsOf } from '../shared/option-properties';

const fields: INodeProperties = {
  displayName: 'Fields',
  name: 'fields',
  type: 'string',
  default: '',
  placeholder: 'e.g. phone, firstName, order',
  description:
    'The fields of the items that recipients have, with commas between them. Without it all that hold plain values: nested ones are left out.',
};

const keepOpen: INodeProperties = {
  displayName: 'Keep Open',
  name: 'keepOpen',
  type: 'boolean',
  default: true,
  description:
    "Whether more recipients follow by 'Add Recipients'. The campaign starts only when those say that they are the last, or by 'Complete'. For items only.",
};

export const maxRetries: INodeProperties = {
  ...ofPlatforms.maxRetries,
  description:
    'How often a request is repeated that the runner did not answer or refused for now. Nobody is added twice by it.',
};

export const timeoutSeconds: INodeProperties = {
  ...ofPlatforms.timeoutSeconds,
  description: 'How long to wait for each answer of the runner',
};

const waitSeconds: INodeProperties = {
  displayName: 'Wait for List (Seconds)',
  name: 'waitSeconds',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 60,
  description:
    'How long to wait until the runner has read a list from a file, so that what is wrong with it is told here. It is read on after that.',
};

/** Of Create, and Create and Start. */
export const createRunOptions = optionsOf(
  ...[fields, keepOpen, maxRetries, timeoutSeconds, waitSeconds],
);

/** Of Add Recipients. */
export const addRunOptions = optionsOf(fields, maxRetries, timeoutSeconds);
