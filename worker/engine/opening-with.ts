import { openList } from '../campaign/list/open-list';
import type { Opening } from '../campaign/occurrence';
import type { Ledger } from '../ledger';
import type { Connection } from './connect';
import { needAttachments } from './need-attachments';
import { type ListPlaces, takingLists } from './opening';
import { check, checkMessage, probedInbox, theInbox } from './prepare';

/** How a process opens the occurrences of schedules: with its lists, its connections, and the check of every campaign. */
export function openingWith(
  ledger: Ledger,
  places: ListPlaces,
  connectionOf: (account: string) => Promise<Connection>,
): Opening {
  return {
    ...takingLists(ledger, places),
    async check(file, { path }) {
      const connection = await connectionOf(file.account);
      await needAttachments(file.message.attachments ?? [], connection.account);
      const inbox = await probedInbox(connection, await theInbox(connection, file.inbox));
      await checkMessage(connection, inbox, file.message.template);
      const list = await openList(path, file.audience);
      const { account } = connection;
      const checked = await check({ file, account, list }, inbox, connection, ledger);
      return { inbox, ready: checked.ready, excluded: checked.excludedNow };
    },
  };
}
