import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { ChatwootProvider } from '../../providers/chatwoot';
import type { ConversationCard } from '../../providers/chatwoot/conversation-cards';
import type { Platform } from '../shared/platform';
import { connectAccount } from '../shared/platform';
import { type Listed, type Search, searching } from '../shared/search';

/** The choice that takes an assignment away; no agent and no team has this number. */
export const NOBODY = '0';
/** Pages of conversations that one look reads for somebody who types a name. */
const MOST_PAGES = 8;
const ENOUGH = 25;

/** The lists that only this platform, and what is built on it, has. */
export function chatwootSearches(
  platform: Platform<ChatwootProvider>,
): Record<'searchConversations' | 'searchAgents' | 'searchTeams', Search> {
  const people = (list: (provider: ChatwootProvider) => Promise<readonly Listed[]>): Search =>
    async function (filter) {
      return searching(this, filter, async () => {
        const { provider } = await connectAccount(this, platform);
        return [{ name: '(Nobody)', value: NOBODY }, ...(await list(provider))];
      });
    };
  return {
    searchAgents: people(async (provider) => (await provider.listAgents()).map(listed)),
    searchTeams: people(async (provider) => (await provider.listTeams()).map(listed)),
    async searchConversations(filter, from) {
      return searchConversations(this, platform, filter ?? '', Number(from ?? 1));
    },
  };
}

/**
 * The latest first, a page at a time. No list can be narrowed to a name: so what was typed is looked for in some pages, and in
 * more of them when somebody scrolls on.
 */
async function searchConversations(
  context: ILoadOptionsFunctions,
  platform: Platform<ChatwootProvider>,
  filter: string,
  first: number,
): Promise<INodeListSearchResult> {
  let next: number | null = first;
  const { results } = await searching(context, filter, async () => {
    const { provider } = await connectAccount(context, platform);
    const found: Listed[] = [];
    const fits = ({ name }: Listed) => name.toLowerCase().includes(filter.toLowerCase());
    for (let page = first; next !== null && page < first + MOST_PAGES; page += 1) {
      const rows = await provider.listConversations({ page, sort: 'last_activity_at_desc' });
      found.push(...rows.map(listedConversation).filter(fits));
      next = rows.length < ENOUGH ? null : page + 1;
      if (filter === '' || found.length >= ENOUGH) break;
    }
    return found;
  });
  return { results, ...(next !== null && { paginationToken: String(next) }) };
}

function listed({ id, name }: { readonly id: string; readonly name: string }): Listed {
  return { name: name === '' ? id : name, value: id };
}

function listedConversation(row: ConversationCard): Listed {
  const who = row.contactName || row.phone || row.email || 'somebody without a name';
  const address = row.phone ?? row.email ?? '';
  const shown = address === '' || address === who ? who : `${who} ${address}`;
  return { name: `#${row.id} ${shown} (${row.status ?? 'of unknown status'})`, value: row.id };
}
