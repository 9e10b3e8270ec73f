import type { INodeProperties } from 'n8n-workflow';
import type { CredentialField } from '../providers/provider';

/** For fields with a closed set of values: what each is called. */
export type Choices = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The form of a credential: the fields of the platform's accounts, by the same names, and the secret ones hidden. */
export function formOf(
  fields: readonly CredentialField[],
  choices: Choices = {},
): INodeProperties[] {
  return fields.map((field) => {
    const { name, label: displayName, required = false, secret = false, help } = field;
    const shared = { displayName, name, default: field.default ?? '', description: sentence(help) };
    const named = choices[name];
    if (named !== undefined) {
      const options = Object.entries(named).map(([value, choice]) => ({ name: choice, value }));
      return { ...shared, type: 'options', options };
    }
    return {
      ...shared,
      type: 'string',
      ...(required && { required }),
      ...(secret && { typeOptions: { password: true } }),
    };
  });
}

/** As n8n wants it: a single sentence has no period. */
function sentence(help: string): string {
  return help.includes('. ') ? help : help.replace(/\.$/, '');
}
