import type { Content } from '../../core/message';
import type { SkipReason } from '../../core/words';
import type { Capabilities, Inbox } from '../../providers/provider';
import { type Campaign, type Ledger, listSuppressions, suppressedAmong } from '../ledger';
import { type RowToCheck, rowsToCheck } from '../ledger/rows-to-check';
import type { Account } from './accounts-file';
import type { CampaignFile } from './campaign-file';
import { type Conclusion, conclude } from './conclude';
import { createFindings } from './findings';
import type { FileSpec } from './from-file';
import { messageForAll } from './template';

/** What would become of a campaign, as far as its rows are in. */
export interface CampaignCheck extends Conclusion {
  /** Whether all rows are in. */
  readonly complete: boolean;
  /** Ready rows whose person is suppressed now: they are skipped at the moment of sending. */
  readonly suppressedNow: number;
}

export interface CheckRowsOptions {
  readonly capabilities: Pick<Capabilities, 'calls' | 'limits'>;
  /** The account's own limits; they win over the provider's. */
  readonly limits: Account['limits'];
}

/** Rows that are in memory at once. */
const PAGE = 2_000;

/**
 * The same as the check of a list, from the rows that are in the ledger: page by page, in memory that does not grow with them. Addresses
 * are left out.
 */
export async function checkRows(
  ledger: Ledger,
  campaign: Campaign,
  { capabilities, limits }: CheckRowsOptions,
): Promise<CampaignCheck> {
  const { source: file, perSecond } = JSON.parse(campaign.spec) as FileSpec;
  const source = atRate(file, perSecond);
  const inbox = JSON.parse(campaign.inbox) as Inbox;
  const constant = messageForAll(source.message);
  const findings = createFindings({ campaign: source, inbox, constant, hideAddresses: true });
  const anySuppressed = (await listSuppressions(ledger, '', 1)).length > 0;
  let suppressedNow = 0;
  let after = -1;
  for (;;) {
    const rows = await rowsToCheck(ledger, campaign.id, after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.seq;
    for (const row of rows) collect(findings, row);
    if (!anySuppressed) continue;
    const ready = rows.filter(({ state }) => state === 'pending');
    const addresses = ready.flatMap(({ address }) => (address === null ? [] : [address]));
    suppressedNow += (await suppressedAmong(ledger, campaign.account, addresses)).size;
  }
  const nowMs = ledger.now();
  const options = { campaign: source, inbox, capabilities, limits, nowMs };
  return {
    ...conclude(findings.found(), options),
    complete: campaign.sealed === 1,
    suppressedNow,
  };
}

/** The rate may have been changed since the file was read. */
function atRate({ throttle: _, ...file }: CampaignFile, perSecond: number | null): CampaignFile {
  return perSecond === null ? file : { ...file, throttle: { perSecond } };
}

function collect(findings: ReturnType<typeof createFindings>, it: RowToCheck): void {
  const { row, zone, state, reason } = it;
  const content = it.content === null ? null : (JSON.parse(it.content) as Content);
  const found = { row, raw: '', zone, content };
  if (state !== 'skipped') findings.take(found);
  else findings.leave(found, { reason: reason as SkipReason, detail: it.detail ?? '' });
}
