import type { INodeProperties } from 'n8n-workflow';
import { collection } from '../shared/properties';

const word = (
  displayName: string,
  name: string,
  description: string,
  placeholder: string,
): INodeProperties => ({
  ...{ displayName, name, type: 'string', default: '', description },
  placeholder: `e.g. ${placeholder}`,
});

const number = (
  displayName: string,
  name: string,
  description: string,
  standard: number,
  minValue: number,
): INodeProperties => ({
  ...{ displayName, name, type: 'number', default: standard, description },
  typeOptions: { minValue },
});

type Choice = readonly [value: string, shown: string];

const choice = (
  displayName: string,
  name: string,
  description: string,
  values: readonly [Choice, ...Choice[]],
): INodeProperties => {
  const [[standard]] = values;
  return {
    ...{ displayName, name, type: 'options', default: standard, description },
    options: values.map(([value, shown]) => ({ name: shown, value })),
  };
};

const pair = (
  name: string,
  displayName: string,
  values: readonly INodeProperties[],
  more: Partial<INodeProperties> = {},
): INodeProperties => ({
  ...{ displayName, name, type: 'fixedCollection', default: {}, placeholder: 'Add Value' },
  options: [{ displayName, name: 'values', values: [...values] }],
  ...more,
});

const DURATION = 'such as 30m, 12h or 2d';

/** What a campaign file may say besides; the names are its own, or near to them. */
const options: readonly INodeProperties[] = [
  word(
    ...(['Attachments', 'attachments'] as const),
    'Https addresses of files that go with every text, with commas between them, where the platform fetches files itself',
    'https://media.example/plan.png',
  ),
  pair(
    ...(['buttons', 'Buttons'] as const),
    [
      {
        ...word(
          'Parameter',
          'parameter',
          'What the button is filled with, in Liquid',
          '{{ code }}',
        ),
        noDataExpression: true,
      },
      choice('Type', 'type', 'What kind of button it is', [
        ['copy_code', 'Copy Code'],
        ['url', 'URL'],
      ]),
    ],
    { typeOptions: { multipleValues: true }, description: 'Of a template' },
  ),
  pair(
    ...(['columns', 'Columns'] as const),
    [
      word('Field', 'header', 'The field of the items, or the header in the list', 'Mobile'),
      word('Variable', 'variable', 'Phone, email, name, timezone … or one of your own', 'phone'),
    ],
    {
      typeOptions: { multipleValues: true },
      description: 'Which fields mean what, where their names do not tell',
    },
  ),
  word('Consent Detail', 'consentDetail', 'More about how people agreed', 'Page 3'),
  word(
    ...(['Consent Field', 'consentColumn'] as const),
    'The field with the evidence that each person agreed; whoever has none is skipped',
    'opted_in',
  ),
  word(
    ...(['Default Country', 'country'] as const),
    'The two-letter code of the country that phone numbers without a leading plus sign belong to',
    'US',
  ),
  choice('Delimiter', 'delimiter', 'Of a CSV list; detected without it', [
    [',', 'Comma'],
    ['|', 'Pipe'],
    [';', 'Semicolon'],
    ['tab', 'Tab'],
  ]),
  word('Encoding', 'encoding', 'Of a CSV list; detected without it', 'windows-1252'),
  choice('Engine', 'engine', 'What drives the campaign', [
    ['embedded', 'Embedded'],
    ['temporal', 'Temporal'],
  ]),
  {
    ...{ displayName: 'Exclude', name: 'exclude', type: 'fixedCollection', default: {} },
    placeholder: 'Add Value',
    description: 'People whom other campaigns have written to, or who answered, are skipped',
    options: [
      {
        displayName: 'Exclude',
        name: 'values',
        values: [
          word(
            ...(['Campaigns', 'campaigns'] as const),
            'Names with commas between them; if empty, every campaign of the account',
            'winter-recall',
          ),
          word('Replied Within', 'repliedWithin', `Whoever answered lately, ${DURATION}`, '7d'),
          word('Within', 'within', `Only messages of this time before now, ${DURATION}`, '30d'),
        ],
      },
    ],
  },
  word('Expires After', 'expiresAfter', `After its start, ${DURATION}; the rest is skipped`, '12h'),
  pair(
    ...(['header', 'Header'] as const),
    [
      word('Media Name', 'mediaName', 'What people see of a document', 'plan.pdf'),
      choice('Media Type', 'mediaType', 'What kind of file it is', [
        ['document', 'Document'],
        ['image', 'Image'],
        ['video', 'Video'],
      ]),
      {
        ...word('Media URL', 'mediaUrl', 'Where the file is', 'https://media.example/plan.png'),
        noDataExpression: true,
      },
    ],
    { description: 'Of a template' },
  ),
  number('Messages per Second', 'perSecond', 'Of this campaign, at most', 5, 0.001),
  choice(
    ...(['On Doubt', 'onDoubt'] as const),
    'What happens when a look-up shows that a message with a lost answer is absent',
    [
      ['park', 'Park It for a Person'],
      ['resend', 'Send Again'],
    ],
  ),
  choice('Orchestrate', 'orchestrate', 'On Temporal, up to 10,000 rows: a workflow of what', [
    ['message', 'Each Message'],
    ['slice', 'A Minute of Sending'],
  ]),
  number('Parallel', 'parallel', 'How many slices of it run at once', 1, 1),
  pair(
    ...(['quietHours', 'Quiet Hours'] as const),
    [
      word('From', 'from', 'The hour at which sending stops', '20:00'),
      word('To', 'to', 'The hour at which it goes on', '09:00'),
      {
        ...word('Zone', 'zone', "A time zone, or 'recipient' for where each person is", ''),
        ...{ default: 'recipient', placeholder: 'e.g. Europe/Paris' },
      },
    ],
    { description: 'Hours in which nobody is written to' },
  ),
  word('Sheet', 'sheet', 'Of an XLSX list; the first without it', 'Customers'),
  number('Stop When Failed (Percent)', 'failedPercent', 'It pauses above this share', 10, 0.1),
  number(
    ...(['Stop When Same Failure in a Row', 'sameFailureInARow'] as const),
    'It pauses after so many rows in a row that failed alike',
    ...([20, 1] as const),
  ),
  word('Template Category', 'category', 'Where the platform asks for it', 'MARKETING'),
  {
    ...word('Template Text', 'templateText', 'What agents see beside the template', ''),
    ...{ noDataExpression: true, placeholder: 'e.g. Order {{ order }} is ready' },
  },
];

export const campaignOptions: INodeProperties = {
  ...collection('Campaign Options', 'campaignOptions', 'Add option', options),
  description: 'As in a campaign file; what is not added has its default there',
};
