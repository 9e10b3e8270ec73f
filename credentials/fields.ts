import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/**
 * What the form holds, as the accounts file would have it. A field that somebody has emptied is empty, and not one that
 * was never there: to some platforms that means "none", where a missing one means the default.
 */
export function credentialFields(
  credential: ICredentialDataDecryptedObject,
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(credential)) {
    if (typeof value === 'string') fields[name] = value;
    if (typeof value === 'number' || typeof value === 'boolean') fields[name] = String(value);
  }
  return fields;
}
