import { Command, Option } from 'commander';
import { OVERLAPS } from '../campaign/schedule-spec';
import { globalsOf } from './globals';
import { backfill, pause, remove, resume, trigger } from './schedule-control';
import { type CreateOptions, createFrom } from './schedule-create';
import { listAll, showOne } from './schedule-show';

/** Loaded with the command: campaign schedule --help names them all. */
export function command(): Command {
  const schedule = new Command('schedule')
    .description(
      'Sends a campaign again and again, by the clock: each time its list is taken anew and a campaign of its own is opened,\n' +
        'NAME-2026-03-30T0900. A worker has to run: campaign worker. Each local date and time is opened once, whatever happens.',
    )
    .addHelpText(
      'after',
      '\nExample:\n  campaign schedule create recall.campaign.yaml --at 09:00 --on mon,wed --zone Europe/Paris\n  campaign schedule list\n  campaign schedule pause recall',
    );
  schedule
    .command('create')
    .description('Checks the campaign, as campaign check does, and writes the schedule down.')
    .argument('<file>', 'the campaign file')
    .option('--name <name>', "the schedule's name (the campaign's)")
    .option('--cron <pattern>', 'minute, hour, day of the month, month, day of the week')
    .option('--at <time>', 'instead of a pattern: a time of the day, such as 09:00')
    .option('--on <days>', 'with --at: only on these days, such as mon,wed or mon-fri')
    .option('--zone <zone>', "the clock that it goes by, such as Europe/Paris (this machine's)")
    .option('--jitter <duration>', 'begin up to so much later, so that not all begin at once')
    .addOption(
      new Option(
        '--overlap <policy>',
        'when the campaign of the time before is not over: pass this one over, keep one until then, or send both',
      )
        .choices(OVERLAPS)
        .default('skip'),
    )
    .option('--catch-up <duration>', 'what is later than this is not made up for', '15m')
    .option('--no-pause-on-failure', 'go on after one that failed')
    .option('--from <time>', 'not before, such as 2026-04-01 or 2026-04-01T12:00')
    .option('--until <time>', 'not after')
    .option('--upload', 'keep the list as it is now in the ledger, and send to it each time')
    .option('--task-queue <name>', 'with --engine temporal (campaign-runner)')
    .addHelpText(
      'after',
      '\nExample:\n  campaign schedule create recall.campaign.yaml --name recall --at 09:00 --on mon-fri --zone Europe/Paris\n  campaign schedule create recall.campaign.yaml --cron "*/30 8-18 * * mon-fri" --engine temporal',
    )
    .action((file: string, options: CreateOptions, self: Command) =>
      createFrom(file, options, globalsOf(self)),
    );
  schedule
    .command('list')
    .description('The schedules, when each comes next, and what became of the last time.')
    .addHelpText('after', '\nExample:\n  campaign schedule list')
    .action((_options, self: Command) => listAll(globalsOf(self)));
  schedule
    .command('show')
    .description('One schedule: its next times, its last ones, and why something was not sent.')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  campaign schedule show recall')
    .action((name: string, _options, self: Command) => showOne(name, globalsOf(self)));
  schedule
    .command('pause')
    .description('Opens nothing by the clock any more; what is under way goes on.')
    .argument('<name>')
    .option('--why <words>', 'for whoever looks later; stays in the ledger')
    .addHelpText('after', '\nExample:\n  campaign schedule pause recall --why "shop is closed"')
    .action((name: string, options: { why?: string }, self: Command) =>
      pause(name, options.why ?? null, globalsOf(self)),
    );
  schedule
    .command('resume')
    .description('Goes on from now; times that fell into the pause are not made up for.')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  campaign schedule resume recall')
    .action((name: string, _options, self: Command) => resume(name, globalsOf(self)));
  schedule
    .command('trigger')
    .description(
      'Opens a campaign now, beside the clock, also while the schedule is paused. Asks when list and message are the same as\nlast time: everybody would get the same once more.',
    )
    .argument('<name>')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  campaign schedule trigger recall')
    .action((name: string, options: { yes?: boolean }, self: Command) =>
      trigger(name, options.yes === true, globalsOf(self)),
    );
  schedule
    .command('backfill')
    .description(
      'Opens the times of a span that has passed, one after another. Those that were opened are not opened again.',
    )
    .argument('<name>')
    .requiredOption('--from <time>', 'in the zone of the schedule, such as 2026-04-01T09:00')
    .requiredOption('--to <time>', 'the same')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExample:\n  campaign schedule backfill recall --from 2026-04-01T08:00 --to 2026-04-01T10:00',
    )
    .action((name: string, options: { from: string; to: string; yes?: boolean }, self: Command) =>
      backfill(name, options, globalsOf(self)),
    );
  schedule
    .command('delete')
    .description('Ends the schedule. The campaigns that it has opened stay, and go on.')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  campaign schedule delete recall')
    .action((name: string, options: { yes?: boolean }, self: Command) =>
      remove(name, options.yes === true, globalsOf(self)),
    );
  return schedule;
}
