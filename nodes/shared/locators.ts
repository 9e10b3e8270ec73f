import type { INodeProperties } from 'n8n-workflow';

export interface Locator {
  readonly displayName: string;
  readonly name: string;
  readonly description: string;
  /** The list search behind it. */
  readonly method: string;
  /** What is chosen, with its article: "an inbox". */
  readonly one: string;
  readonly idExample: string;
  /** What an id looks like, and what to say of one that does not. */
  readonly id?: { readonly pattern: string; readonly wrong: string };
  /** By what stands in the address bar: what of it is the id. */
  readonly url?: { readonly example: string; readonly pattern: string; readonly wrong: string };
  readonly required?: true;
}

/** Something that is chosen from a list, or given by its id. */
export function locatorProperty(locator: Locator): INodeProperties {
  const { displayName, name, description, method, one, idExample, id, url, required } = locator;
  return {
    displayName,
    name,
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    ...(required && { required }),
    description,
    modes: [
      {
        displayName: 'From List',
        name: 'list',
        type: 'list',
        placeholder: `Select ${one}...`,
        typeOptions: { searchListMethod: method, searchable: true },
      },
      {
        displayName: 'By ID',
        name: 'id',
        type: 'string',
        placeholder: `e.g. ${idExample}`,
        ...(id && { validation: [pattern(id)] }),
      },
      ...(url === undefined
        ? []
        : [
            {
              displayName: 'By URL',
              name: 'url',
              type: 'string' as const,
              placeholder: `e.g. ${url.example}`,
              extractValue: { type: 'regex' as const, regex: url.pattern },
              validation: [pattern({ pattern: `.*${url.pattern}.*`, wrong: url.wrong })],
            },
          ]),
    ],
  };
}

function pattern({ pattern, wrong }: NonNullable<Locator['id']>) {
  return { type: 'regex', properties: { regex: pattern, errorMessage: wrong } } as const;
}

export const conversationLocator: Locator = {
  displayName: 'Conversation',
  name: 'conversationId',
  description: 'The conversation, from the latest ones or by the ID that other operations return',
  method: 'searchConversations',
  one: 'a conversation',
  idExample: '42',
  required: true,
};
