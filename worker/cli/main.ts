#!/usr/bin/env node
/**
 * worker/cli: the operator's commands, one file each. Only the one that was asked for is loaded: `campaign --help` must
 * not wait for a database, a CSV parser and a platform.
 */
import { Command, CommanderError, Option } from 'commander';
import { keepHeapSmall } from '../engine/heap';
import { MUTANTS } from '../ledger/mutant';
import { EXIT, EXIT_CODES_TEXT } from './exit-codes';
import { startTelemetry } from './telemetry';
import { version } from './version';

interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'init',
    summary: 'write the first files: accounts, a campaign, a list',
    load: () => import('./init.js'),
  },
  {
    name: 'accounts',
    summary: 'test or list the accounts of the accounts file',
    load: () => import('./accounts.js'),
  },
  {
    name: 'check',
    summary: 'read a campaign and its list, and say what would happen; sends nothing',
    load: () => import('./check.js'),
  },
  {
    name: 'run',
    summary: 'send a campaign, or go on with it',
    load: () => import('./run.js'),
  },
  {
    name: 'start',
    summary: 'start a campaign and leave the sending to a worker',
    load: () => import('./start.js'),
  },
  {
    name: 'worker',
    summary: 'stay, and send what was started',
    load: () => import('./worker.js'),
  },
  {
    name: 'serve',
    summary: 'answer over HTTP: API, dashboard and webhooks; and send',
    load: () => import('./serve.js'),
  },
  {
    name: 'schedule',
    summary: 'send a campaign again and again, by the clock',
    load: () => import('./schedule.js'),
  },
  { name: 'send', summary: 'send one message, at most once', load: () => import('./send.js') },
  {
    name: 'status',
    summary: 'how a campaign stands',
    load: () => import('./status.js'),
  },
  { name: 'list', summary: 'the campaigns of this ledger', load: () => import('./list.js') },
  {
    name: 'pause',
    summary: 'stop a campaign from sending, from any terminal',
    load: () => import('./pause.js'),
  },
  {
    name: 'resume',
    summary: 'let a paused campaign go on',
    load: () => import('./resume.js'),
  },
  {
    name: 'rate',
    summary: 'send faster or slower, from any terminal',
    load: () => import('./rate.js'),
  },
  {
    name: 'cancel',
    summary: 'end a campaign: who waits is skipped',
    load: () => import('./cancel.js'),
  },
  {
    name: 'results',
    summary: 'every row with its state and reason, as CSV or JSON',
    load: () => import('./results.js'),
  },
  {
    name: 'retry',
    summary: 'give failed rows another chance',
    load: () => import('./retry.js'),
  },
  {
    name: 'decide',
    summary: 'rule on rows whose outcome is unknown',
    load: () => import('./decide.js'),
  },
  {
    name: 'suppress',
    summary: 'people who must never be written to',
    load: () => import('./suppress.js'),
  },
  {
    name: 'keys',
    summary: 'who may use the HTTP API',
    load: () => import('./keys.js'),
  },
  {
    name: 'forget',
    summary: 'erase who somebody is, and keep the counts',
    load: () => import('./forget.js'),
  },
  {
    name: 'backup',
    summary: 'a copy of the ledger, while campaigns go on',
    load: () => import('./backup.js'),
  },
  {
    name: 'move',
    summary: 'move the ledger to another file, or to or from PostgreSQL',
    load: () => import('./move.js'),
  },
  {
    name: 'migrate',
    summary: 'bring the ledger to the schema of this version',
    load: () => import('./migrate.js'),
  },
  {
    name: 'sandbox',
    summary: 'the platforms on this machine, to rehearse on',
    load: () => import('./sandbox.js'),
  },
  {
    name: 'schema',
    summary: 'the JSON Schema of the campaign file or the accounts file',
    load: () => import('./schema.js'),
  },
];

const VALUED = [
  '--ledger',
  '--accounts',
  '--lease-ms',
  '--in-flight',
  '--mutant',
  '--engine',
  '--allow-lists',
];

async function main(argv: readonly string[]): Promise<void> {
  const words = commandWords(argv);
  if (words[0] === 'help' && words[1] === 'exit-codes') {
    process.stdout.write(`${EXIT_CODES_TEXT}\n`);
    return;
  }
  // First: who asks for a tracer before there is one never gets it.
  const telemetry = await startTelemetry();
  const program = await createProgram(words[0] === 'help' ? words[1] : words[0]);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said already what is wrong.
      const wanted = error.code.startsWith('commander.help') && error.exitCode === 0;
      process.exitCode = wanted || error.exitCode === 0 ? EXIT.ok : EXIT.input;
      if (process.exitCode === EXIT.input && argv.includes('--json')) {
        const text = error.message.replace(/^error: /, '');
        process.stdout.write(
          `${JSON.stringify({ error: { code: 'invalid_input', message: text } })}\n`,
        );
      }
      return;
    }
    await fail(error, argv.includes('--json'));
  } finally {
    await telemetry.close();
  }
}

/** The words of a command line that are neither options nor their values. */
function commandWords(argv: readonly string[]): string[] {
  return argv.filter((word, at) => !word.startsWith('-') && !VALUED.includes(argv[at - 1] ?? ''));
}

async function createProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('campaign')
    .description(
      'Sends a message to everybody on a list: at most one each, and nobody lost.\n\n' +
        '  campaign init                       writes the first files\n' +
        '  campaign check spring.campaign.yaml says what would happen\n' +
        '  campaign run spring.campaign.yaml   sends',
    )
    .version(version())
    .option(
      '--ledger <file>',
      'where everything is kept: a file or a PostgreSQL URL (CAMPAIGN_LEDGER, DATABASE_URL, .campaign/ledger.db)',
    )
    .option('--accounts <file>', 'the accounts file (accounts.yaml; CAMPAIGN_ACCOUNTS)')
    .option('--json', 'print JSON')
    .addOption(
      new Option(
        '--engine <engine>',
        'what drives it (embedded, or what the campaign file says)',
      ).choices(['embedded', 'temporal']),
    )
    .option(
      '--allow-lists <prefixes>',
      'addresses that lists may be fetched from, such as https://files.example.org/lists/ (CAMPAIGN_ALLOW_LISTS)',
    )
    .addOption(new Option('--lease-ms <ms>').hideHelp())
    .addOption(new Option('--in-flight <n>').hideHelp())
    .addOption(new Option('--mutant <name>').choices(MUTANTS).hideHelp())
    .addHelpText('after', `\n${EXIT_CODES_TEXT}\n\nEvery command has its own: campaign run --help`)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('See campaign --help')
    .exitOverride();
  for (const { name, summary, load } of COMMANDS) {
    const command = name === asked ? (await load()).command() : new Command(name);
    program.addCommand(command.summary(summary));
    inherit(command, program);
  }
  return program;
}

/** `addCommand` does not hand these down. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent).exitOverride();
  command.showHelpAfterError(`See campaign ${command.name()} --help`);
  for (const below of command.commands) inherit(below, command);
}

async function fail(error: unknown, json: boolean): Promise<void> {
  const { failureOf } = await import('./errors.js');
  const { exit, code, message } = failureOf(error);
  process.exitCode = exit;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else process.stderr.write(`${message}\n`);
  if (process.env['CAMPAIGN_DEBUG'] === '1' && error instanceof Error) {
    process.stderr.write(`${framesOf(error)}\n`);
  }
}

/** Where it happened, without the message: that may quote a cell of somebody's list. */
function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames].join('\n');
}

let deaf = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  // `campaign results NAME | head`: whoever reads has enough. A run that nobody hears any more ends like by Ctrl-C.
  if (process.listenerCount('SIGINT') <= 1) process.exit(EXIT.ok);
  if (!deaf) process.emit('SIGINT');
  deaf = true;
});

keepHeapSmall();

// Before anything is under way there is nothing to drain; a command that sends listens for itself as well.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    process.stderr.write('Interrupted.\n');
    process.exit(EXIT.interrupted);
  });
}

void main(process.argv.slice(2));
