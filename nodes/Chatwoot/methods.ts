import type { ChatwootProvider } from '../../providers/chatwoot';
import type { Platform } from '../shared/platform';
import { listSearchOf } from '../shared/search';
import { chatwootSearches } from './lists';
import { chatwootMappings } from './mapping';

/** What the editor asks a node for, on every platform that is built on Chatwoot. */
export function chatwootMethods(platform: Platform<ChatwootProvider>) {
  return {
    listSearch: { ...listSearchOf(platform), ...chatwootSearches(platform) },
    resourceMapping: chatwootMappings(platform),
  };
}
