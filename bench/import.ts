// node import.js ROWS: a list of that many rows through spool, check of every row, ledger and a warm campaign's sending
// against an instant platform; prints rows a second and the peak memory of this process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { campaignOf } from '../worker/campaign/campaign-file';
import { createFromFile } from '../worker/campaign/from-file';
import { importList } from '../worker/campaign/import-list';
import { spool } from '../worker/campaign/spool';
import { connect } from '../worker/engine/connect';
import { runEmbedded } from '../worker/engine/embedded';
import { keepHeapSmall } from '../worker/engine/heap';
import { openRun } from '../worker/engine/open-run';
import { control, needCampaign, openLedger, tally } from '../worker/ledger';
import { INBOX, TOKEN } from './campaign';

export interface Imported {
  readonly rowsPerSecond: number;
  readonly peakMb: number;
}

async function writeList(file: string, rows: number): Promise<void> {
  const out = createWriteStream(file);
  out.write('Mobile,First name,order,opted in,TZ\n');
  for (let n = 0; n < rows; n += 1) {
    // Made-up numbers; this traffic never leaves the machine.
    const digits = String(2_012_000_000 + n * 97);
    const line = `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)},Ana,${n},yes,America/New_York\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function measure(rows: number): Promise<Imported> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-bench-'));
  const platform: ChildProcess = spawn(process.execPath, [join('bench', 'platform.mjs'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines = createInterface({ input: platform.stdout as NodeJS.ReadableStream });
  const port = await new Promise<string>((resolve) => lines.once('line', resolve));
  const file = join(folder, 'list.csv');
  await writeList(file, rows);
  const ledger = await openLedger(join(folder, 'ledger.db'));
  try {
    const spec = campaignOf(
      {
        name: 'bench',
        account: 'bench',
        inbox: '1',
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

    const connection = await connect(
      {
        name: 'bench',
        platform: 'chatwoot',
        credentials: { url: `http://127.0.0.1:${port}`, accountId: '1', token: TOKEN },
        limits: { message: null, contact: null, conversation: null, lookup: null },
        settleDelayMs: null,
        onAbsent: null,
        contactBookMs: null,
      },
      { ledger, inFlight: 50, clock: Date.now },
    );
    await control(ledger, 'bench', { action: 'start' }, Date.now());
    const run = await openRun(ledger, await needCampaign(ledger.db, 'bench'), connection);
    await runEmbedded(run, { importList: () => Promise.resolve(), stopping: () => false });
    const { counts } = await tally(ledger.db, campaign.id);
    if (counts.total !== rows || counts.sent + counts.skipped !== rows) {
      throw new Error(`of ${rows} rows: ${JSON.stringify(counts)}`);
    }
    await connection.close();
    return { rowsPerSecond, peakMb: process.resourceUsage().maxRSS / 1024 };
  } finally {
    await ledger.close();
    platform.kill();
    rmSync(folder, { recursive: true });
  }
}

// As the command does.
keepHeapSmall();
void measure(Number(process.argv[2] ?? 100_000)).then((it) => console.log(JSON.stringify(it)));
