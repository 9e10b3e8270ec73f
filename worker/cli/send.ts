import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { describeAddressFailure, maskAddress, parseAddress } from '../../core/address';
import type { Address, Content } from '../../core/message';
import { isCountry } from '../../core/phone';
import { InputError } from '../campaign/input-error';
import { createMeter, type Progress } from '../campaign/progress';
import { describeReason } from '../campaign/reasons';
import { importSingle, newKey, type Single } from '../campaign/single';
import { writeSingle } from '../engine/write-send';
import { type Campaign, control, type Ledger, needCampaign, results } from '../ledger';
import { theAccount } from './account-file';
import { withConnection } from './connected';
import { type Driven, driveHere } from './drive-here';
import { EXIT, type ExitCode } from './exit-codes';
import { type Globals, globalsOf } from './globals';
import { drivenBy, lastLine } from './go-on';
import { withLedger } from './ledger-file';
import { printable, say, sayJson } from './screen';
import { SILENT } from './view';
import { watchThere } from './watch-there';

interface Options {
  readonly account: string;
  readonly inbox: string;
  readonly to: string;
  readonly name?: string;
  readonly text?: string;
  readonly template?: string;
  readonly language?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly country?: string;
}

export function command(): Command {
  return new Command('send')
    .description(
      'Sends one message. With --key it is sent at most once however often the command is given: the same key shows what ' +
        'became of it the first time.',
    )
    .requiredOption('--account <name>', 'a name in the accounts file')
    .requiredOption('--inbox <id>', 'the inbox that sends')
    .requiredOption('--to <address>', 'phone number or e-mail address')
    .option('--name <name>', 'for a contact that is not there yet')
    .option('--text <text>', 'the message, as it is')
    .option('--template <name>', 'a template of the inbox instead')
    .option('--language <code>', 'its language, such as en or pt_BR')
    .option('--param <key=value>', 'a value for it; may be given again', param)
    .option('--key <key>', 'letters, digits, - and _; the same key never sends twice')
    .option('--country <code>', 'for a number without +, such as US')
    .addHelpText(
      'after',
      '\nExample:\n  campaign send --account support-inbox --inbox 3 --to +12025550123 --text "Your order is ready." --key order-1001',
    )
    .action(async (options: Options, self: Command) => {
      const globals = globalsOf(self);
      const single: Single = {
        key: keyOf(options.key),
        account: options.account,
        inboxId: options.inbox,
        address: addressOf(options),
        name: options.name ?? null,
        content: contentOf(options),
      };
      const account = await theAccount(globals, options.account);
      process.exitCode = await withLedger(globals, async (ledger) =>
        withConnection(account, { ledger, globals }, async (connection) => {
          const campaign = await writeSingle(ledger, connection, single, {
            keyGiven: options.key !== undefined,
            by: globals.engine === 'temporal' ? 'workflow' : 'here',
          });
          const { progress, interrupted } =
            campaign.engine === 'temporal'
              ? await leftToWorker(ledger, campaign, globals)
              : await onceFree(ledger, campaign.name, () =>
                  driveHere({
                    ...{ ledger, campaign, connection, globals },
                    view: SILENT,
                    begin: true,
                    importList: () => importSingle(ledger, campaign, ledger.now()),
                  }),
                );
          return tell(ledger, progress, interrupted, single, globals);
        }),
      );
    });
}

/** A worker delivers it, by a workflow of its own; its end is in the ledger. */
async function leftToWorker(
  ledger: Ledger,
  campaign: Campaign,
  globals: Globals,
): Promise<Pick<Driven, 'progress' | 'interrupted'>> {
  const { name } = campaign;
  const { state } = await needCampaign(ledger.db, name);
  if (state === 'paused') await control(ledger, name, { action: 'resume' }, ledger.now());
  // A program has written it down for a workflow of its own, which may never begin.
  if (state === 'ready') await control(ledger, name, { action: 'start' }, ledger.now());
  return watchThere({ ledger, campaign, globals, view: SILENT, begin: false });
}

/** The same command may run elsewhere at this moment: then its end is waited for, and told as our own. */
async function onceFree(
  ledger: Ledger,
  name: string,
  drive: () => Promise<Driven>,
): Promise<Pick<Driven, 'progress' | 'interrupted'>> {
  for (;;) {
    try {
      return await drive();
    } catch (error) {
      if (drivenBy(error) === null) throw error;
    }
    await wait(200);
    const progress = await createMeter(ledger, name).read(null);
    if (progress.left === 0) return { progress, interrupted: false };
  }
}

async function tell(
  ledger: Ledger,
  progress: Progress,
  interrupted: boolean,
  single: Single,
  globals: Globals,
): Promise<ExitCode> {
  const [row] = await results(ledger, progress.campaign.id, { limit: 1 });
  const state = row?.state ?? 'pending';
  const exit =
    state === 'sent'
      ? EXIT.ok
      : progress.left === 0
        ? EXIT.incomplete
        : interrupted
          ? EXIT.interrupted
          : EXIT.halted;
  if (globals.json) {
    sayJson({
      ...(lastLine(progress) as object),
      key: single.key,
      result: { state, reason: row?.reason ?? null, messageId: row?.message_id ?? null },
    });
    return exit;
  }
  const to = maskAddress(single.address);
  const again = `The same command with --key ${single.key} never sends it twice.`;
  if (state === 'sent') {
    const id = row?.message_id == null ? '' : `, message ${row.message_id}`;
    say(`Sent to ${to}${id}. ${again}`);
  } else if (row !== undefined && progress.left === 0) {
    say(
      `Not sent to ${to}: ${state}${row.reason === null ? '' : `, ${describeReason(row.reason)}`}.`,
    );
    if (row.detail !== null) say(`  ${printable(row.detail)}`);
    if (state === 'unknown') say(`Decide with: campaign decide ${progress.campaign.name}`);
  } else {
    say(`Not sent to ${to} yet: ${progress.campaign.why ?? 'it waits'}. ${again}`);
  }
  return exit;
}

function addressOf({ to, country }: Options): Address {
  if (country !== undefined && !isCountry(country)) {
    throw new InputError('--country must be a country code in capitals, like US or GB.');
  }
  const read = parseAddress(to.includes('@') ? 'email' : 'phone', to, country);
  if (read.ok) return read.address;
  const failure = describeAddressFailure(read.why).replace(
    'set audience.country',
    'give --country',
  );
  throw new InputError(`--to cannot be used: ${failure}. Nothing was sent.`);
}

function contentOf({ text, template, language, param: params }: Options): Content {
  if ((text === undefined) === (template === undefined)) {
    throw new InputError('Give either --text or --template, and not both.');
  }
  if (text !== undefined) {
    if (text.trim() === '') throw new InputError('--text is empty.');
    return { kind: 'text', text };
  }
  return {
    kind: 'template',
    name: template ?? '',
    params: params ?? {},
    ...(language === undefined ? {} : { language }),
  };
}

function keyOf(given: string | undefined): string {
  if (given === undefined) return newKey();
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$/.test(given)) return given;
  throw new InputError('--key must be up to 40 letters, digits, dashes or underscores.');
}

function param(text: string, before: Readonly<Record<string, string>> = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`--param looks like name=value, or 1=value.`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
