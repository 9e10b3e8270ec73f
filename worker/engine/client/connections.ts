import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../../campaign/run';
import type { Campaign, Ledger } from '../../ledger';
import { theAccount } from '../accounts';
import { type Connection, connect } from '../connect';
import { IN_FLIGHT, openRun, type RunOptions } from '../open-run';

/** The accounts of a file, each connected when it is first needed. What is changed in the file holds from then on. */
export interface Connections {
  /** @throws InputError when there is no such account, or its credentials are not here. */
  of(account: string): Promise<Connection>;
  /** What sending a campaign needs. */
  open(campaign: Campaign): Promise<Run>;
  close(): Promise<void>;
}

interface Opened {
  /** What the file was then. */
  readonly stamp: string;
  readonly connection: Promise<Connection>;
}

export function openConnections(
  ledger: Ledger,
  accounts: string,
  options: RunOptions = {},
): Connections {
  const opened = new Map<string, Opened>();
  /** Of accounts as they were before; a campaign may still be sending by one. */
  const former: Connection[] = [];

  async function of(name: string): Promise<Connection> {
    const stamp = await stampOf(accounts);
    const known = opened.get(name);
    if (known?.stamp === stamp) return known.connection;
    const renewed = { stamp, connection: connectAnew(name, known) };
    opened.set(name, renewed);
    // An account that is not there yet, or whose key is, may be so later.
    renewed.connection.catch(() => {
      if (opened.get(name) === renewed) opened.delete(name);
    });
    return renewed.connection;
  }

  async function connectAnew(name: string, known: Opened | undefined): Promise<Connection> {
    const before = await known?.connection.catch(() => undefined);
    try {
      const account = await theAccount({ accounts }, name);
      if (before !== undefined && isDeepStrictEqual(before.account, account)) return before;
      if (before !== undefined) former.push(before);
      return await connect(account, { ledger, inFlight: options.inFlight ?? IN_FLIGHT });
    } catch (error) {
      if (before !== undefined && !former.includes(before)) former.push(before);
      throw error;
    }
  }

  return {
    of,
    open: async (campaign) => openRun(ledger, campaign, await of(campaign.account), options),
    async close() {
      for (const connection of [...opened.values()].map((each) => each.connection)) {
        await connection.then(({ close }) => close()).catch(() => undefined);
      }
      for (const { close } of former) await close().catch(() => undefined);
    },
  };
}

/** Changes with the file; the same for none. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
