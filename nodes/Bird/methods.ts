import type { BirdProvider } from '../../providers/bird';
import type { ConversationCard } from '../../providers/bird/conversations';
import { connectAccount, type Platform } from '../shared/platform';
import { listSearchOf, type Search, searching } from '../shared/search';
import { listedTemplates } from './templates';

const PAGE = 100;

/** What the editor asks this node for. */
export function birdMethods(platform: Platform<BirdProvider>) {
  const searchConversations: Search = async function (filter, pageToken) {
    let next: string | null = null;
    const { results } = await searching(this, filter, async () => {
      const { provider } = await connectAccount(this, platform);
      const from = pageToken === undefined ? {} : { pageToken };
      const { rows, nextPageToken } = await provider.listConversations({ limit: PAGE, ...from });
      next = nextPageToken;
      return rows.map((row) => ({ name: shown(row), value: row.id }));
    });
    return { results, ...(next !== null && { paginationToken: next }) };
  };
  return { listSearch: { ...listSearchOf(platform, listedTemplates), searchConversations } };
}

/** A conversation need not have a name. */
function shown({ id, name, status }: ConversationCard): string {
  return `${name === '' ? id : name} (${status ?? 'of unknown status'})`;
}
