import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inbox } from '../providers/provider';
import { singleSpec } from '../worker/campaign/spec';
import { connect } from '../worker/engine/connect';
import { runEmbedded } from '../worker/engine/embedded';
import { openRun } from '../worker/engine/open-run';
import {
  control,
  createCampaign,
  importRecipients,
  type Ledger,
  openLedger,
  seal,
  tally,
} from '../worker/ledger';

export const INBOX: Inbox = {
  id: '1',
  name: 'Bench',
  channel: 'api',
  addressKinds: ['phone', 'email'],
  text: true,
  template: false,
  replyWindow: false,
  lookup: true,
  facts: {
    channelType: 'Channel::Api',
    medium: null,
    version: '4.15.1',
    lock: false,
    markers: ['content_attributes', 'external_created_at', 'source_id'],
    replyWindowHours: null,
  },
};

export const TEXT = 'Hi Ana, your order 4711 is ready.';
export const TOKEN = 'bench-token';

/** Numbers of a made-up plan: this traffic never leaves the machine. */
export const phone = (n: number): string => `+1555${String(n).padStart(7, '0')}`;

export interface Bench {
  readonly ledger: Ledger;
  /** Sends `n` messages in a new campaign, to the same people each time. Returns seconds and CPU seconds. */
  send(name: string, n: number): Promise<{ seconds: number; cpuSeconds: number }>;
  close(): Promise<void>;
}

export async function openBench(baseUrl: string, inFlight: number): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-bench-'));
  const ledger = await openLedger(join(folder, 'ledger.db'));
  const connection = await connect(
    {
      name: 'bench',
      platform: 'chatwoot',
      credentials: { url: baseUrl, accountId: '1', token: TOKEN },
      limits: { message: null, contact: null, conversation: null, lookup: null },
      settleDelayMs: null,
      onAbsent: null,
      contactBookMs: null,
    },
    { ledger, inFlight, clock: Date.now },
  );
  return {
    ledger,
    async send(name, n) {
      const campaign = await createCampaign(
        ledger,
        {
          name,
          kind: 'list',
          account: 'bench',
          spec: JSON.stringify(singleSpec({ kind: 'text', text: TEXT })),
          inbox: JSON.stringify(INBOX),
        },
        Date.now(),
      );
      for (let from = 0; from < n; from += 1000) {
        const rows = Array.from({ length: Math.min(1000, n - from) }, (_, i) => ({
          row: from + i + 2,
          raw: phone(from + i),
          kind: 'phone' as const,
          address: phone(from + i),
        }));
        await importRecipients(ledger, campaign, from, rows, Date.now());
      }
      await seal(ledger, campaign, Date.now());
      await control(ledger, name, { action: 'start' }, Date.now());
      const run = await openRun(ledger, campaign, connection, { inFlight });
      const cpu = process.cpuUsage();
      const began = performance.now();
      await runEmbedded(run, { importList: () => Promise.resolve(), stopping: () => false });
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const { counts } = await tally(ledger.db, campaign.id);
      if (counts.sent !== n) throw new Error(`${counts.sent} of ${n} sent`);
      return { seconds, cpuSeconds: (user + system) / 1e6 };
    },
    async close() {
      await connection.close();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}
