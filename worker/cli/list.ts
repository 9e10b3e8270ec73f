import { Command } from 'commander';
import { whyOf } from '../campaign/impersonal';
import { listCampaigns, tally } from '../ledger';
import { globalsOf } from './globals';
import { withExistingLedger } from './ledger-file';
import { clockTime, count, say, sayJson, table } from './screen';

export function command(): Command {
  return new Command('list')
    .description('The campaigns of this ledger, the newest last.')
    .option('--all', 'single sends as well')
    .addHelpText('after', '\nExample:\n  campaign list')
    .action(async (options: { all?: boolean }, self: Command) => {
      const globals = globalsOf(self);
      await withExistingLedger(globals, async (ledger) => {
        const every = await listCampaigns(ledger);
        const shown = every.filter(({ kind }) => options.all === true || kind === 'list');
        const rows: string[][] = [];
        for (const campaign of shown) {
          const { counts } = await tally(ledger.db, campaign.id);
          if (globals.json) {
            const { name, kind, account, state } = campaign;
            sayJson({ campaign: name, kind, account, state, why: whyOf(campaign), counts });
            continue;
          }
          const left = counts.pending + counts.claimed + counts.sending;
          rows.push([
            campaign.name,
            campaign.state,
            `${count(counts.total - left)}/${count(counts.total)}`,
            count(counts.sent),
            count(counts.failed),
            count(counts.unknown),
            count(counts.skipped),
            clockTime(campaign.started_at ?? campaign.created_at),
          ]);
        }
        if (globals.json) return;
        if (rows.length === 0) {
          return say('There is no campaign yet. Begin with: campaign run FILE');
        }
        const header = [
          'campaign',
          'state',
          'done',
          'sent',
          'failed',
          'unknown',
          'skipped',
          'began',
        ];
        for (const line of table(header, rows)) say(line);
        const single = every.length - shown.length;
        if (single > 0) say(`and ${count(single)} single sends: campaign list --all`);
      });
    });
}
