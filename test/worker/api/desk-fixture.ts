import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStatus } from '../../../worker/api/status';
import { theAccount } from '../../../worker/engine/accounts';
import { keepTime } from '../../../worker/engine/clockwork';
import { type Connection, connect } from '../../../worker/engine/connect';
import { createDesk, deskPlace } from '../../../worker/engine/desk';
import { openRun } from '../../../worker/engine/open-run';
import { openingWith } from '../../../worker/engine/opening-with';
import { work } from '../../../worker/engine/work';
import type { Ledger } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { accountsYaml, UNLIMITED } from '../cli/fixture';
import { type Served, serveApi } from './frame-fixture';

export interface Desked extends Served {
  readonly sandbox: Sandbox;
  /** Sends what is to be sent, until the end of the test. */
  work(): void;
  /** Opens what schedules are to open, until the end of the test. */
  keepTime(): void;
}

/** The API with a real desk: an accounts file, and a sandbox behind it. */
export async function serveDesk(ledger: Ledger, where: string): Promise<Desked> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-api-'));
  const sandbox = await startSandbox();
  const accounts = join(folder, 'accounts.yaml');
  writeFileSync(accounts, accountsYaml(sandbox.url, UNLIMITED));
  const connections = new Map<string, Promise<Connection>>();
  const connectionOf = (name: string): Promise<Connection> => {
    const found =
      connections.get(name) ??
      theAccount({ accounts }, name).then((account) => connect(account, { ledger, inFlight: 10 }));
    connections.set(name, found);
    return found;
  };
  const place = { ledger, where, accounts, connectionOf, engine: undefined, allowLists: [] };
  const status = createStatus(ledger);
  const served = await serveApi(ledger, { desk: createDesk(deskPlace(place)), status });
  let stopping = false;
  let working: Promise<unknown> = Promise.resolve();
  let timing: Promise<unknown> = Promise.resolve();
  return {
    ...served,
    sandbox,
    work() {
      working = work({
        ledger,
        async open(campaign) {
          return openRun(ledger, campaign, await connectionOf(campaign.account), {});
        },
        stopping: () => stopping,
        onEvent: () => undefined,
      });
    },
    keepTime() {
      const opening = openingWith(ledger, deskPlace(place), connectionOf);
      timing = keepTime({ ledger, opening, stopping: () => stopping, onEvent: () => undefined });
    },
    async close() {
      stopping = true;
      status.close();
      await Promise.all([served.close(), working, timing]);
      for (const connection of connections.values()) {
        await connection.then(({ close }) => close()).catch(() => undefined);
      }
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
