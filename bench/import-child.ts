// node import-child.js ROWS: a list of that many rows through spool, check of every row, ledger and a cold campaign's
// sending against an instant platform; prints rows a second and the peak memory of this process.
import { join } from 'node:path';
import { campaignOf } from '../worker/campaign/campaign-file';
import { createFromFile } from '../worker/campaign/from-file';
import { importList } from '../worker/campaign/import-list';
import { spool } from '../worker/campaign/spool';
import { connect } from '../worker/engine/connect';
import { runEmbedded } from '../worker/engine/embedded';
import { keepHeapSmall } from '../worker/engine/heap';
import { openRun } from '../worker/engine/open-run';
import { control, needCampaign, openLedger, tally } from '../worker/ledger';
import { ACCOUNT, accountAt, INBOX } from './campaign';
import { withFolder } from './folder';
import { writeList } from './list';
import { IN_FLIGHT } from './row';
import { startPlatform } from './start-platform';

export interface Imported {
  readonly rowsPerSecond: number;
  readonly sentPerSecond: number;
  readonly peakMb: number;
}

async function measure(rows: number, folder: string): Promise<Imported> {
  const platform = await startPlatform(0);
  const file = join(folder, 'list.csv');
  await writeList(file, rows);
  const ledger = await openLedger(join(folder, 'ledger.db'));
  try {
    const spec = campaignOf(
      {
        name: ACCOUNT,
        account: ACCOUNT,
        inbox: INBOX.id,
        audience: {
          file,
          country: 'US',
          columns: { phone: 'Mobile', firstName: 'First name', timezone: 'TZ' },
        },
        consent: { column: 'opted in', method: 'form' },
        message: {
          text: "Hi {{ firstName | default: 'there' }}, your order {{ order }} is ready.",
        },
      },
      'the bench',
    );
    const began = performance.now();
    const list = await spool(file, join(folder, 'spool'));
    const campaign = await createFromFile(ledger, { file: spec, inbox: INBOX, list }, Date.now());
    await importList(ledger, campaign, { clock: Date.now });
    const rowsPerSecond = rows / ((performance.now() - began) / 1000);

    const connection = await connect(accountAt(platform.url), {
      ledger,
      inFlight: IN_FLIGHT,
      clock: Date.now,
    });
    await control(ledger, campaign.name, { action: 'start' }, Date.now());
    const run = await openRun(ledger, await needCampaign(ledger.db, campaign.name), connection);
    const sendBegan = performance.now();
    await runEmbedded(run, { importList: () => Promise.resolve(), stopping: () => false });
    const sentPerSecond = rows / ((performance.now() - sendBegan) / 1000);
    const { counts } = await tally(ledger.db, campaign.id);
    if (counts.total !== rows || counts.sent + counts.skipped !== rows) {
      throw new Error(`of ${rows} rows: ${JSON.stringify(counts)}`);
    }
    await connection.close();
    return { rowsPerSecond, sentPerSecond, peakMb: process.resourceUsage().maxRSS / 1024 };
  } finally {
    await ledger.close();
    platform.close();
  }
}

// As the command does.
keepHeapSmall();
void withFolder((folder) => measure(Number(process.argv[2]), folder)).then((it) =>
  console.log(JSON.stringify(it)),
);
