import { Command, InvalidArgumentError } from 'commander';
import { withPaceOf } from '../campaign/from-file';
import { whyOf } from '../campaign/impersonal';
import { type Campaign, findCampaign, type Ledger, needCampaign } from '../ledger';
import { changeSpec } from '../ledger/change-spec';
import { checkOnly } from './check';
import { chosenEngine } from './chosen-engine';
import { withConnection } from './connected';
import { create, refuseOther } from './create';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { goOn, refuseEnded, showEnded } from './go-on';
import { withLedger } from './ledger-file';
import { type Prepared, prepare } from './prepare';
import { say, warn } from './screen';

export function command(): Command {
  return new Command('run')
    .description(
      'Checks the campaign, keeps a copy of its list, and sends: a message to each ready row, at most one a person. Given ' +
        'again after an interruption it goes on where it was. Ctrl-C finishes what is on its way and can be resumed.',
    )
    .argument('<file>', 'the campaign file')
    .option('--canary <n>', 'send to so many first, show how that went, and ask', wholeNumber)
    .option('--dry-run', 'the same as campaign check')
    .addHelpText(
      'after',
      '\nExample:\n  campaign run spring.campaign.yaml --canary 5\n  campaign run spring.campaign.yaml --json | tail -1',
    )
    .action(async (file: string, options: { canary?: number; dryRun?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      if (options.dryRun === true) return checkOnly(file, globals, false);
      process.exitCode = await run(file, globals, options.canary);
    });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number above zero.');
}

async function run(path: string, globals: Globals, canary: number | undefined): Promise<number> {
  const prepared = await prepare(path, globals);
  return withLedger(globals, async (ledger) => {
    const existing = await findCampaign(ledger.db, prepared.file.name);
    if (existing !== undefined) {
      await refuseOther(existing, prepared);
      if (showEnded(existing)) return refuseEnded(ledger, existing, globals);
    }
    // On Temporal whoever reads the list to its end starts it; here this process does.
    const engine = globals.engine ?? prepared.file.engine;
    const leavesStart = engine === 'temporal' && canary === undefined;
    return withConnection(prepared.account, { ledger, globals }, async (connection) => {
      const campaign =
        existing === undefined
          ? await create(prepared, { connection, ledger, globals }, leavesStart)
          : await samePace(ledger, existing, prepared, globals);
      if (wasStopped(campaign)) return refusePaused(campaign, globals);
      await chosenEngine(ledger, campaign, globals);
      const current = await needCampaign(ledger.db, campaign.name);
      return goOn({ ledger, campaign: current, connection, globals, canary });
    });
  });
}

async function samePace(
  ledger: Ledger,
  campaign: Campaign,
  { file }: Prepared,
  globals: Globals,
): Promise<Campaign> {
  const spec = withPaceOf(campaign, file);
  if (spec === null) return campaign;
  await changeSpec(ledger, campaign.name, JSON.stringify(spec), ledger.now());
  if (!globals.json)
    say('What the file says now of throttle, stopWhen, parallel and onDoubt holds.');
  return needCampaign(ledger.db, campaign.name);
}

/** Paused by a person or by itself; an interrupted run is merely gone on with. */
export function wasStopped({ paused_by: by }: Campaign): boolean {
  return by !== null && by !== 'interrupt';
}

/** What a person stopped, or the campaign itself, is not started by a mere repetition of the command. */
export function refusePaused(campaign: Campaign, globals: Globals): number {
  const { name, paused_by: by } = campaign;
  const why = whyOf(campaign);
  const who = by === 'self' ? 'paused itself' : 'was paused by a person';
  const text = `${name} ${who}${why === null ? '' : `: ${why}`}. When that is settled: campaign resume ${name}`;
  if (globals.json) say(JSON.stringify({ error: { code: 'paused', message: text } }));
  else warn(text);
  return EXIT.halted;
}
