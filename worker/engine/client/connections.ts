import type { Run } from '../../campaign/run';
import type { Campaign, Ledger } from '../../ledger';
import { theAccount } from '../accounts';
import { type Connection, connect } from '../connect';
import { IN_FLIGHT, openRun, type RunOptions } from '../open-run';

/** The accounts of a file, each connected when it is first needed. */
export interface Connections {
  /** @throws InputError when there is no such account, or its credentials are not here. */
  of(account: string): Promise<Connection>;
  /** What sending a campaign needs. */
  open(campaign: Campaign): Promise<Run>;
  close(): Promise<void>;
}

export function openConnections(
  ledger: Ledger,
  accounts: string,
  options: RunOptions = {},
): Connections {
  const opened = new Map<string, Promise<Connection>>();

  function of(name: string): Promise<Connection> {
    let connection = opened.get(name);
    if (connection === undefined) {
      connection = theAccount({ accounts }, name).then((account) =>
        connect(account, { ledger, inFlight: options.inFlight ?? IN_FLIGHT }),
      );
      opened.set(name, connection);
      // An account that is not there yet, or whose key is, may be so later.
      connection.catch(() => opened.delete(name));
    }
    return connection;
  }

  return {
    of,
    open: async (campaign) => openRun(ledger, campaign, await of(campaign.account), options),
    async close() {
      for (const connection of opened.values()) {
        await connection.then(({ close }) => close()).catch(() => undefined);
      }
    },
  };
}
