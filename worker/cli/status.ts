import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { whyOf } from '../campaign/impersonal';
import { createMeter, type Progress } from '../campaign/progress';
import { whoDrives } from '../engine/embedded';
import type { Campaign, Ledger } from '../ledger';
import { type Globals, globalsOf } from './globals';
import { showEnded } from './go-on';
import { namedOrOnly, withExistingLedger } from './ledger-file';
import { barLine, countsLine, deliveryLine, reasonLines, stateLine } from './progress-lines';
import { clockTime, say, sayJson } from './screen';
import { createView } from './view';
import { waitingFor } from './waiting-for';

export function command(): Command {
  return new Command('status')
    .description('How a campaign stands: is it running, how far, how fast, what failed and why.')
    .argument('[name]', 'the campaign; may be left out when only one is not over')
    .option('--watch', 'go on showing it until it is over')
    .addHelpText('after', '\nExample:\n  campaign status spring-recall --watch')
    .action(async (name: string | undefined, options: { watch?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        const campaign = await namedOrOnly(ledger, name);
        if (options.watch === true) await watchIt(ledger, campaign, globals);
        else await once(ledger, campaign, globals);
      });
    });
}

async function once(ledger: Ledger, campaign: Campaign, globals: Globals): Promise<void> {
  const progress = await createMeter(ledger, campaign.name).read(
    await waitingFor(ledger, campaign.name),
  );
  const driver = await whoDrives({ ledger, clock: ledger.now }, progress.campaign);
  if (globals.json) {
    const { name, account, state, paused_by: pausedBy } = progress.campaign;
    sayJson({
      campaign: name,
      state,
      counts: progress.tally.counts,
      why: whyOf(progress.campaign),
      pausedBy,
      account,
      drivenBy: driver,
      waiting: progress.waiting,
      reasons: progress.tally.reasons,
      delivery: progress.tally.delivery,
      startedAt: iso(progress.campaign.started_at),
      endedAt: iso(progress.campaign.ended_at),
    });
    return;
  }
  say(stateLine(progress));
  say(`  ${barLine(progress)}`);
  say(`  ${countsLine(progress)}`);
  const delivery = deliveryLine(progress);
  if (delivery !== null) say(`  ${delivery}`);
  for (const line of reasonLines(progress)) say(`  ${line}`);
  const { started_at: began, ended_at: ended } = campaign;
  if (began !== null) {
    say(`  began ${clockTime(began)}${ended === null ? '' : `, ended ${clockTime(ended)}`}`);
  }
  if (driver !== null) say(`  run by ${driver}`);
  else if (progress.campaign.state === 'running') {
    say(
      `  Nobody runs it now. Go on with: campaign resume ${campaign.name}   or start a campaign worker`,
    );
  }
}

/** Shows it like the run itself does, from outside. */
async function watchIt(ledger: Ledger, campaign: Campaign, globals: Globals): Promise<void> {
  const view = createView(globals.json);
  const meter = createMeter(ledger, campaign.name);
  let last: Progress;
  for (;;) {
    last = await meter.read(await waitingFor(ledger, campaign.name));
    view.show(last);
    if (showEnded(last.campaign)) break;
    await wait(Math.max(view.everyMs, 500));
  }
  view.end();
  await once(ledger, last.campaign, globals);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
