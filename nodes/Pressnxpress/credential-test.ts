import type { ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';
import { isProviderError } from '../../core/errors';
import { credentialFields } from '../../credentials/fields';
import { pressnxpress } from '../../providers/pressnxpress';

/**
 * Looks at the fields and asks nobody: the platform's only request hands a person to a touchpoint, which would write to
 * somebody. The tokens are tried by the first message.
 */
export async function testFields(
  credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  try {
    pressnxpress.authorize(credentialFields(credential.data ?? {}));
  } catch (error) {
    const message = isProviderError(error) ? error.message : 'The fields cannot be used';
    return { status: 'Error', message };
  }
  const message =
    "The fields can be used. Press'nXPress has nothing to ask: the tokens are tried by the first message";
  return { status: 'OK', message };
}
