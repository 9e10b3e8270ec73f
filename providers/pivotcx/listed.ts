import type { Json } from '../../core/http';
import { readId } from '../read';
import { type Account, pagesOf } from './lists';
import { contactIdOf, phoneOf } from './rows';

/** A conversation as a node shows it. */
export interface ConversationCard {
  readonly id: string;
  /** Null where the row shows none; see the account's `contactIdPaths`. */
  readonly contactId: string | null;
  /** As the platform writes it. */
  readonly phone: string | null;
  /** The whole row, because no document says what else is in it. */
  readonly row: Json;
}

export interface ConversationList {
  readonly rows: readonly ConversationCard[];
  /** There are more, and they were not read though fewer were found than asked for: see the account's `searchPages`. */
  readonly cut: boolean;
}

/** Conversations whose contact's name contains this text, or all of them; up to so many (PivotCX docs, send-your-first-message). */
export async function listConversations(
  account: Account,
  name: string,
  most: number,
): Promise<ConversationList> {
  const { settings } = account;
  const pages = pagesOf(account, 'listing conversations', {
    path: settings.conversationsPath,
    query: name === '' ? {} : { [settings.nameFilterParam]: name },
  });
  const rows: ConversationCard[] = [];
  for (;;) {
    const { value, done } = await pages.next();
    if (done) return { rows, cut: !value.whole };
    for (const row of value) {
      if (rows.length === most) break;
      const id = readId(row, 'id');
      rows.push({ id, contactId: contactIdOf(row, settings), phone: phoneOf(row, settings), row });
    }
    if (rows.length === most) return { rows, cut: false };
  }
}
