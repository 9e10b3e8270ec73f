import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** n8n hands over what the form holds: an empty field is one that is not set. */
export function credentialFields(
  credential: ICredentialDataDecryptedObject,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(credential)) {
    if (typeof value === 'string' && value !== '') fields[name] = value;
    if (typeof value === 'number' || typeof value === 'boolean') fields[name] = String(value);
  }
  return fields;
}
