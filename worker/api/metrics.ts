import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Figures } from '../ledger';

export interface Metrics {
  readonly type: string;
  /** Reads the ledger, and answers without its figures where it is away. */
  readonly read: () => Promise<string>;
  /** An error of an activity, or of a campaign that cannot be run here, by its code. */
  readonly error: (activity: string, code: string) => void;
}

export interface MetricsOptions {
  readonly figures: () => Promise<Figures>;
  readonly clock: () => number;
  /** Why this process cannot take part now, in codes. */
  readonly troubles: () => Promise<readonly string[]>;
}

/** A scrape that comes sooner than that gets the same figures. */
const KEEP_MS = 1_000;

/**
 * What Prometheus reads. The labels are names of campaigns with a list, accounts, states and codes; single messages are only
 * summed, as their keys may say who they are for.
 */
export function createMetrics({ figures, clock, troubles }: MetricsOptions): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge({ name: `campaign_runner_${name}`, help, labelNames, registers });

  const up = gauge('ledger_up', 'Whether the ledger answers.');
  const ready = gauge('ready', 'Whether this process can take part.');
  const campaigns = gauge('campaigns', 'Campaigns and single messages by state.', [
    'kind',
    'engine',
    'state',
  ]);
  const rows = gauge('rows', 'Rows by state, of campaigns that are not over or ended lately.', [
    'campaign',
    'state',
  ]);
  const outcomes = gauge('outcomes', 'Rows of all campaigns by state and reason.', [
    'kind',
    'state',
    'reason',
  ]);
  const waiting = gauge('outbox_waiting', 'What Temporal is still to be told.');
  const oldest = gauge('outbox_oldest_seconds', 'How long the oldest of it has waited.');
  const slices = gauge('slices', 'Slices that run, in all processes of the ledger.');
  const stopped = gauge('account_stopped_seconds', 'A platform asked to wait for so long yet.', [
    'account',
  ]);
  const rate = gauge('limit_per_second', 'Calls that an account may make.', ['account', 'call']);
  const share = gauge('limit_share', 'The part of it that is used; less than 1 after a 429.', [
    'account',
    'call',
  ]);
  const ahead = gauge('limit_wait_seconds', 'How long a call would wait for its token.', [
    'account',
    'call',
  ]);
  const errors = new Counter({
    name: 'campaign_runner_errors_total',
    help: 'Errors of activities in this process, by code.',
    labelNames: ['activity', 'code'],
    registers,
  });
  const fromLedger = [campaigns, rows, outcomes, waiting, oldest, slices, stopped];

  function show(now: number, it: Figures): void {
    for (const { kind, engine, state, n } of it.campaigns)
      campaigns.set({ kind, engine, state }, n);
    for (const { campaign, state, n } of it.rows) rows.set({ campaign, state }, n);
    for (const { kind, state, reason, n } of it.outcomes) outcomes.set({ kind, state, reason }, n);
    waiting.set(it.outbox.waiting);
    oldest.set(it.outbox.oldestAt === null ? 0 : Math.max(0, now - it.outbox.oldestAt) / 1_000);
    slices.set(it.slices);
    for (const { account, until } of it.stopped) stopped.set({ account }, (until - now) / 1_000);
    for (const { scope, perSecond, aheadMs, share: part } of it.limits) {
      const [, account = '', call = ''] = /^account\/(.*)\/([a-z]+)$/.exec(scope) ?? [];
      rate.set({ account, call }, perSecond);
      share.set({ account, call }, part);
      ahead.set({ account, call }, aheadMs / 1_000);
    }
  }

  let kept: { readonly at: number; readonly text: Promise<string> } | null = null;

  async function scrape(): Promise<string> {
    for (const each of [...fromLedger, rate, share, ahead]) each.reset();
    ready.set((await troubles()).length === 0 ? 1 : 0);
    try {
      show(clock(), await figures());
      up.set(1);
    } catch {
      up.set(0);
    }
    return register.metrics();
  }

  return {
    type: register.contentType,
    read() {
      // One at a time: they share the gauges.
      if (kept === null || performance.now() - kept.at > KEEP_MS) {
        kept = { at: performance.now(), text: scrape() };
      }
      return kept.text;
    },
    error: (activity, code) => errors.inc({ activity, code }),
  };
}
