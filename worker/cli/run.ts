import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createFromFile, differences, withPaceOf } from '../campaign/from-file';
import { InputError } from '../campaign/input-error';
import { spool } from '../campaign/spool';
import type { Connection } from '../engine/connect';
import { type Campaign, findCampaign, type Ledger, needCampaign } from '../ledger';
import { changeSpec } from '../ledger/change-spec';
import { checkOnly, sayCheck } from './check';
import { withConnection } from './connected';
import { EXIT } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { goOn, refuseEnded, showEnded } from './go-on';
import { withLedger } from './ledger-file';
import { check, checkMessage, type Prepared, prepare, probedInbox, theInbox } from './prepare';
import { whyOf } from './progress-lines';
import { many, say, warn } from './screen';

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
    return withConnection(prepared.account, { ledger, globals }, async (connection) => {
      const campaign =
        existing === undefined
          ? await create(prepared, { connection, ledger, globals })
          : await samePace(ledger, existing, prepared, globals);
      if (campaign.paused_by !== null && campaign.paused_by !== 'interrupt') {
        return refusePaused(campaign, globals);
      }
      return goOn({ ledger, campaign, connection, globals, canary });
    });
  });
}

interface Place {
  readonly connection: Connection;
  readonly ledger: Ledger;
  readonly globals: Globals;
}

/** Checks everything, then writes the campaign down with a copy of its list. */
async function create(prepared: Prepared, place: Place): Promise<Campaign> {
  const { connection, ledger, globals } = place;
  const { file } = prepared;
  const inbox = await probedInbox(connection, await theInbox(connection, file.inbox));
  await checkMessage(connection, inbox, file.message.template);
  const result = await check(prepared, inbox, connection, ledger);
  if (!globals.json) {
    // A terminal is the operator's own screen; anything else may be a log, where no name belongs.
    sayCheck(process.stdout.isTTY ? result : { ...result, previews: [] });
    say();
  }
  if (result.ready === 0) {
    throw new InputError(
      `Nobody of the ${many(result.total, 'row')} can be written to, so nothing was started. See why with: campaign check`,
    );
  }
  const list = await spool(file.audience.file, spoolFolder(globals));
  return createFromFile(ledger, { file, inbox, list }, Date.now());
}

/** @throws InputError when the campaign of this name is another one. */
async function refuseOther(campaign: Campaign, { file }: Prepared): Promise<void> {
  const changed = differences(campaign, file, await hashOf(file.audience.file));
  if (changed.length === 0) return;
  throw new InputError(
    `There is a campaign "${campaign.name}" already (${campaign.state}), and ${changed.join(' and ')} changed since. Nothing was sent. ` +
      `Choose another name for a new campaign, or go on with the old one as it was: campaign resume ${campaign.name}`,
  );
}

async function samePace(
  ledger: Ledger,
  campaign: Campaign,
  { file }: Prepared,
  globals: Globals,
): Promise<Campaign> {
  const spec = withPaceOf(campaign, file);
  if (spec === null) return campaign;
  await changeSpec(ledger, campaign.name, JSON.stringify(spec), Date.now());
  if (!globals.json)
    say('What the file says now of throttle, stopWhen, parallel and onDoubt holds.');
  return needCampaign(ledger.db, campaign.name);
}

/** What a person stopped, or the campaign itself, is not started by a mere repetition of the command. */
function refusePaused(campaign: Campaign, globals: Globals): number {
  const { name, paused_by: by } = campaign;
  const why = whyOf(campaign);
  const who = by === 'self' ? 'paused itself' : 'was paused by a person';
  const text = `${name} ${who}${why === null ? '' : `: ${why}`}. When that is settled: campaign resume ${name}`;
  if (globals.json) say(JSON.stringify({ error: { code: 'paused', message: text } }));
  else warn(text);
  return EXIT.halted;
}

function spoolFolder({ ledger }: Globals): string {
  return join(dirname(ledger), 'spool');
}

/** The same hash as the spooled copy has. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
