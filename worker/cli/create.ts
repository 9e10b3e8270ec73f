import type { Connection } from '../engine/connect';
import { examine, writeCampaign } from '../engine/create-campaign';
import type { Campaign, Ledger } from '../ledger';
import { sayCheck } from './check';
import type { Globals } from './globals';
import type { Prepared } from './prepare';
import { say } from './screen';

export { refuseOther } from '../engine/create-campaign';

export interface Place {
  readonly connection: Connection;
  readonly ledger: Ledger;
  readonly globals: Globals;
}

/**
 * Checks everything, then writes the campaign down with a copy of its list. With `autostart` whoever imports the list starts
 * it as well.
 */
export async function create(
  prepared: Prepared,
  { connection, ledger, globals }: Place,
  autostart = false,
): Promise<Campaign> {
  const examined = await examine(prepared, connection, ledger);
  if (!globals.json) {
    const { result } = examined;
    // A terminal is the operator's own screen; anything else may be a log, where no name belongs.
    sayCheck(process.stdout.isTTY ? result : { ...result, previews: [] });
    say();
  }
  const { engine } = globals;
  return writeCampaign(prepared, examined, ledger, { where: globals.ledger, autostart, engine });
}
