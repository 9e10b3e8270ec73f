import { InputError } from '../../campaign/input-error';
import type { Temporal } from './connection';
import { KEYWORD, SEARCH_ATTRIBUTES } from './tell';
import { troubleOf, wordsOf } from './trouble';

/**
 * Registers the search attributes by which campaigns are found in Temporal, those that are missing in this namespace. Returns them; may be
 * repeated at any time.
 *
 * @throws InputError when this client may not, or one of them is there with another type.
 */
export async function registerSearchAttributes(temporal: Temporal): Promise<readonly string[]> {
  const { client, namespace } = temporal;
  const operator = client.connection.operatorService;
  try {
    const { customAttributes } = await operator.listSearchAttributes({ namespace });
    const other = SEARCH_ATTRIBUTES.filter(
      (name) => ![undefined, KEYWORD].includes(customAttributes?.[name] as number | undefined),
    );
    if (other.length > 0) {
      throw new InputError(
        `In the namespace ${namespace} there is ${other.join(' and ')} already, and not as a Keyword. Campaigns run without search attributes as well; to have them, use a namespace of their own.`,
      );
    }
    const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] === undefined);
    if (missing.length > 0) {
      await operator.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
      });
    }
    return missing;
  } catch (error) {
    if (error instanceof InputError) throw error;
    const trouble = troubleOf(error);
    // Refused here only says that this is for others to do.
    if (trouble !== null && trouble !== 'key')
      throw new InputError(wordsOf(trouble, temporal), error);
    throw new InputError(
      `The search attributes ${SEARCH_ATTRIBUTES.join(' and ')} (Keyword) cannot be registered in the namespace ${namespace} from here. Whoever administers it can; campaigns run without them as well.`,
      error,
    );
  }
}
