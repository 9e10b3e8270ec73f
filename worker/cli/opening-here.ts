import { openList } from '../campaign/list/open-list';
import type { Opening } from '../campaign/occurrence';
import type { Connection } from '../engine/connect';
import { needAttachments } from '../engine/need-attachments';
import { takingLists } from '../engine/opening';
import type { Ledger } from '../ledger';
import type { Globals } from './globals';
import { check, checkMessage, probedInbox, theInbox } from './prepare';
import { spoolFolder } from './which-ledger';

/** How this process opens the occurrences of schedules: with its lists, its accounts, and the check of every campaign. */
export function openingHere(
  ledger: Ledger,
  globals: Globals,
  connectionOf: (account: string) => Promise<Connection>,
): Opening {
  const { allowLists } = globals;
  return {
    ...takingLists(ledger, { spoolFolder: spoolFolder(globals.ledger), allowLists }),
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
