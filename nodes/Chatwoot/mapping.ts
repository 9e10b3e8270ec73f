import type {
  FieldType,
  ILoadOptionsFunctions,
  ResourceMapperField,
  ResourceMapperFields,
} from 'n8n-workflow';
import type { ChatwootProvider } from '../../providers/chatwoot';
import type { AttributeDefinition } from '../../providers/chatwoot/directory';
import { toNodeError } from '../shared/errors';
import { mapperField, variableField } from '../shared/mapped';
import { connectAccount, type Platform } from '../shared/platform';
import { parseTemplateValue } from '../shared/search';

type Mapping = (this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>;

/** What resource mappers are filled with: the variables of a template, and the attributes that the account defines. */
export function chatwootMappings(
  platform: Platform<ChatwootProvider>,
): Record<'getContactAttributes' | 'getConversationAttributes' | 'getTemplateVariables', Mapping> {
  const attributes = (of: 'contact' | 'conversation'): Mapping =>
    async function () {
      return asking(this, async () => {
        const { provider } = await connectAccount(this, platform);
        const fields = (await provider.listAttributes(of)).map(attributeField);
        const emptyFieldsNotice = `The account defines no attributes of a ${of}. Others can be given by name below.`;
        return { fields, emptyFieldsNotice };
      });
    };
  return {
    getContactAttributes: attributes('contact'),
    getConversationAttributes: attributes('conversation'),
    async getTemplateVariables() {
      return asking(this, async () => {
        const inbox = current(this, 'inbox');
        const { name, language } = parseTemplateValue(current(this, 'template'));
        // An expression that nothing could be put in for yet names no template.
        if ([inbox, name].some((given) => given === '' || given.startsWith('='))) {
          return { fields: [], emptyFieldsNotice: 'Choose an inbox and a template first.' };
        }
        const { provider } = await connectAccount(this, platform);
        const template = (await provider.listTemplates(inbox)).find(
          (each) =>
            each.name === name &&
            (language === undefined || each.language.toLowerCase() === language.toLowerCase()),
        );
        const fields = (template?.params ?? []).map((param) =>
          variableField(param, template?.body ?? ''),
        );
        const emptyFieldsNotice =
          template === undefined
            ? 'The inbox has no such template.'
            : 'The template has no variables.';
        return { fields, emptyFieldsNotice };
      });
    },
  };
}

async function asking(
  context: ILoadOptionsFunctions,
  ask: () => Promise<ResourceMapperFields>,
): Promise<ResourceMapperFields> {
  try {
    return await ask();
  } catch (error) {
    const nodeError = toNodeError(context.getNode(), error, 0);
    return Promise.reject(nodeError);
  }
}

function current(context: ILoadOptionsFunctions, name: string): string {
  const value: unknown = context.getCurrentNodeParameter(name, { extractValue: true });
  return typeof value === 'string' ? value.trim() : '';
}

function attributeField({ key, name, type, values }: AttributeDefinition): ResourceMapperField {
  const kinds: Readonly<Record<string, FieldType>> = {
    ...{ number: 'number', currency: 'number', percent: 'number' },
    ...{ date: 'dateTime', checkbox: 'boolean', list: 'options' },
  };
  return {
    ...mapperField(key, name, kinds[type] ?? 'string'),
    ...(type === 'list' && { options: values.map((value) => ({ name: value, value })) }),
  };
}
