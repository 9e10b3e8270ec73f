import { InputError } from '../campaign/input-error';
import {
  type Campaign,
  type Control,
  control,
  decide,
  type Ledger,
  LedgerError,
  needCampaign,
  type Ruling,
  retryFailed,
  tally,
} from '../ledger';
import { changeRate } from '../ledger/rate';
import type { ApiPorts } from './ports';

/** What changes a campaign, for whoever asks: the API and the dashboard. All of it holds for every process and both engines. */
type Ports = Pick<ApiPorts, 'ledger'>;

/** What a person paused is resumed, not started. @throws LedgerError when it is paused, when not all its rows are in, or it is over. */
export async function startCampaign({ ledger }: Ports, name: string): Promise<Campaign> {
  const { state } = await needCampaign(ledger.db, name);
  if (state === 'importing') throw notYet(name, 'started');
  return change(ledger, name, { action: 'start', paused: 'refuse' });
}

/** @throws LedgerError when there is nothing to pause. */
export async function pauseCampaign(
  { ledger }: Ports,
  name: string,
  { why }: { readonly why?: string | undefined } = {},
): Promise<Campaign> {
  const { state } = await needCampaign(ledger.db, name);
  if (state === 'importing') throw notYet(name, 'paused');
  return change(ledger, name, { action: 'pause', ...(why === undefined ? {} : { why }) });
}

/** @throws LedgerError when it is over. */
export async function resumeCampaign({ ledger }: Ports, name: string): Promise<Campaign> {
  const { state } = await needCampaign(ledger.db, name);
  if (state === 'importing') throw notYet(name, 'resumed');
  return change(ledger, name, { action: 'resume' });
}

/** Ends it for good: who waits is skipped, and what is on its way is still settled. @throws LedgerError when it is finished. */
export async function cancelCampaign({ ledger }: Ports, name: string): Promise<Campaign> {
  return change(ledger, name, { action: 'cancel' });
}

/** Its own throttle, beside the account's limits; null takes it away. @throws LedgerError when it is over. */
export async function changeCampaignRate(
  { ledger }: Ports,
  name: string,
  { perSecond }: { readonly perSecond: number | null },
): Promise<Campaign> {
  return changeRate(ledger, name, perSecond, ledger.now());
}

export interface Changed {
  readonly campaign: Campaign;
  /** Rows that were changed. */
  readonly n: number;
}

/**
 * Gives failed rows another chance, and lets the campaign go on, unless a person or itself has paused it.
 *
 * @throws InputError when no row failed with that reason; LedgerError when nothing of it can be retried.
 */
export async function retryCampaign(
  { ledger }: Ports,
  name: string,
  { reason }: { readonly reason?: string | undefined } = {},
): Promise<Changed> {
  const { id } = await needCampaign(ledger.db, name);
  if (reason !== undefined) await needReason(ledger, id, reason);
  const n = await retryFailed(ledger, name, reason, ledger.now());
  const campaign = await needCampaign(ledger.db, name);
  if (n === 0 || campaign.state !== 'ready') return { campaign, n };
  return { campaign: await change(ledger, name, { action: 'start', paused: 'leave' }), n };
}

export interface Decision {
  /** Row numbers of the list, or every unknown row. */
  readonly rows: readonly number[] | 'all';
  readonly as: Ruling;
  /** For `resend`: that a second message is possible, and meant. */
  readonly confirm?: boolean | undefined;
}

/**
 * A person rules on rows that are unknown.
 *
 * @throws InputError for a resend that nobody has confirmed; LedgerError when a row is not unknown.
 */
export async function decideCampaign(
  { ledger }: Ports,
  name: string,
  { rows, as, confirm = false }: Decision,
): Promise<Changed> {
  if (as === 'resend' && !confirm) {
    throw new InputError(
      'Whoever did get the first message gets a second one: nobody can take that back. If that is meant, add confirm: true.',
    );
  }
  const n = await decide(ledger, name, rows === 'all' ? 'all' : { rows }, as, ledger.now());
  return { campaign: await needCampaign(ledger.db, name), n };
}

async function change(ledger: Ledger, name: string, how: Control): Promise<Campaign> {
  const { campaign } = await control(ledger, name, how, ledger.now());
  return campaign;
}

async function needReason(ledger: Ledger, campaignId: number, reason: string): Promise<void> {
  const { reasons } = await tally(ledger.db, campaignId);
  const failed = reasons.filter(({ state }) => state === 'failed').map((each) => each.reason);
  if (failed.includes(reason)) return;
  throw new InputError(
    failed.length === 0
      ? 'No row failed.'
      : `No row failed with that reason. The reasons are: ${failed.join(', ')}.`,
  );
}

function notYet(name: string, what: string): LedgerError {
  return new LedgerError(
    `campaign "${name}" is importing: not all its rows are in, and it cannot be ${what} yet`,
    undefined,
    { code: 'conflict' },
  );
}
