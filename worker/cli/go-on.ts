import { importList } from '../campaign/import-list';
import { createMeter, type Progress } from '../campaign/progress';
import type { Connection } from '../engine/connect';
import { AlreadyDriven } from '../engine/embedded';
import { type Campaign, control, type Ledger } from '../ledger';
import { type Driven, driveHere } from './drive-here';
import { EXIT, type ExitCode } from './exit-codes';
import type { Globals } from './globals';
import { resultLines, stateLine } from './progress-lines';
import { confirm, count, isTerminal, many, say, sayJson } from './screen';
import { createView } from './view';
import { watchThere } from './watch-there';

interface GoOn {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  /** Null where Temporal drives it: then this process needs none. */
  readonly connection: Connection | null;
  readonly globals: Globals;
  readonly canary?: number | undefined;
}

/** Imports what is missing, sends what waits, and shows it: the second half of `run`, and all of `resume` and `retry`. */
export async function goOn(it: GoOn): Promise<ExitCode> {
  if (it.canary !== undefined) {
    const first = await drive(it, it.canary);
    if (first.outcome !== 'stopped' || first.interrupted) return report(first, it.globals);
    if (!(await goOnAfterCanary(it, first, it.canary))) return EXIT.ok;
  }
  return report(await drive(it), it.globals);
}

async function drive(it: GoOn, canary?: number, settleOnly = false): Promise<Driven> {
  const { ledger, campaign, connection, globals } = it;
  const view = createView(globals.json);
  if (campaign.engine === 'temporal') {
    const few = canary === undefined ? {} : { canary };
    return watchThere({ ledger, campaign, globals, view, begin: !settleOnly, settleOnly, ...few });
  }
  if (connection === null) throw new Error('a campaign cannot be driven here without its account');
  return driveHere({
    ledger,
    campaign,
    connection,
    globals,
    view,
    begin: !settleOnly,
    settleOnly,
    importList: (stopping, waiting) =>
      importList(ledger, campaign, {
        clock: ledger.now,
        stopping,
        onRows: (n) => waiting(`reading the list, ${count(n)} rows so far`),
      }),
    ...(canary === undefined ? {} : { canary }),
  });
}

/** Pauses, shows how the first few went, and asks a person where there is one. */
async function goOnAfterCanary(it: GoOn, first: Driven, canary: number): Promise<boolean> {
  const { ledger, campaign, globals } = it;
  const { name } = campaign;
  if (first.progress.left === 0) return true;
  const why = `its canary of ${canary} is through`;
  await control(ledger, name, { action: 'pause', by: 'operator', why }, ledger.now());
  // Whether the few arrived is the whole point: an open one is looked up before anybody is asked.
  const { progress } = await drive(it, undefined, true);
  if (globals.json) {
    sayJson(lastLine(progress));
    return false;
  }
  for (const line of resultLines(progress)) say(line);
  say();
  if (!isTerminal()) {
    say(`Look at the messages on the platform. Then go on with: campaign resume ${name}`);
    return false;
  }
  const question = `Look at the messages on the platform. Send to the other ${many(progress.left, 'row')}?`;
  if (await confirm(question)) return true;
  say(`It stays paused. Go on with: campaign resume ${name}   or end it: campaign cancel ${name}`);
  return false;
}

/** Shows the end of a drive. */
export function report({ outcome, interrupted, progress }: Driven, globals: Globals): ExitCode {
  if (globals.json) {
    sayJson(lastLine(progress));
  } else {
    for (const line of resultLines(progress)) say(line);
    if (interrupted && outcome === 'stopped') {
      say();
      say(
        progress.campaign.state === 'importing'
          ? 'Nothing was sent yet. Give the same command again to go on.'
          : `Nothing is lost. Give the same command again to go on, or: campaign resume ${progress.campaign.name}`,
      );
    }
    if (!interrupted && outcome === 'stopped') {
      say();
      say(`Another process took over. Watch it: campaign status ${progress.campaign.name} --watch`);
    }
  }
  return exitOf({ outcome, interrupted, progress });
}

function exitOf({ outcome, interrupted, progress }: Driven): ExitCode {
  if (outcome === 'stopped') {
    // Neither a signal nor an end: another process took the driver's seat.
    return interrupted ? EXIT.interrupted : EXIT.ledger;
  }
  if (outcome === 'paused') return EXIT.halted;
  return progress.tally.counts.unknown > 0 ? EXIT.incomplete : EXIT.ok;
}

/** The last line of `--json`. */
export function lastLine({ campaign, tally }: Progress): unknown {
  return { campaign: campaign.name, state: campaign.state, counts: tally.counts };
}

export function showEnded({ state }: Campaign): boolean {
  return state === 'finished' || state === 'cancelled';
}

/** A campaign that is over stays so: shows how it ended. */
export async function refuseEnded(
  ledger: Ledger,
  campaign: Campaign,
  globals: Globals,
): Promise<ExitCode> {
  const progress = await createMeter(ledger, campaign.name).read(null);
  if (globals.json) {
    sayJson(lastLine(progress));
  } else {
    say(`${stateLine(progress)} already. Nothing was sent now.`);
    for (const line of resultLines(progress).slice(2)) say(line);
  }
  return progress.tally.counts.unknown > 0 ? EXIT.incomplete : EXIT.ok;
}

/** Whether an error says that another process drives the campaign; who, in words. */
export function drivenBy(error: unknown): string | null {
  return error instanceof AlreadyDriven ? error.holder : null;
}
