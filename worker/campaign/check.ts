import { basename } from 'node:path';
import type { Capabilities, Inbox } from '../../providers/provider';
import type { Account } from './accounts-file';
import { openAudience, readAudience, type Verdict } from './audience';
import type { CampaignFile } from './campaign-file';
import { type Conclusion, conclude } from './conclude';
import { createDuplicates } from './duplicates';
import { createFindings } from './findings';
import { InputError } from './input-error';
import { describeFormat, type List } from './list/open-list';

export type { Preview, SkippedRows } from './findings';

export interface CheckOptions {
  readonly campaign: CampaignFile;
  readonly list: List;
  readonly inbox: Inbox;
  readonly capabilities: Pick<Capabilities, 'calls' | 'limits' | 'attachments' | 'instead'>;
  /** The account's own limits; they win over the provider's. */
  readonly limits: Account['limits'];
  readonly nowMs: number;
  /** Leaves the list's own addresses out of the result (for a log or an API). */
  readonly hideAddresses?: boolean;
}

/** What a campaign would do, without anything sent. Plain data: this is the JSON of `campaign check --json`. */
export interface CheckResult extends Conclusion {
  readonly list: {
    readonly file: string;
    readonly format: string;
    readonly addressColumn: string;
  };
}

/**
 * Reads the whole list and says what would become of every row. Sends nothing, keeps nothing, and takes memory that
 * does not grow with the list but for some 25 bytes a row. Throws `InputError` when the campaign cannot run at all.
 */
export async function checkCampaign(options: CheckOptions): Promise<CheckResult> {
  const { campaign, list, inbox, capabilities, nowMs } = options;
  if (campaign.message.attachments !== undefined && capabilities.attachments === null) {
    const { attachments = 'Put a link into the text instead.' } = capabilities.instead ?? {};
    throw new InputError(`message.attachments: this platform takes no files. ${attachments}`);
  }
  const audience = openAudience({ headers: list.headers, campaign, inbox, nowMs });
  const duplicates = createDuplicates();
  const { constant } = audience.message;
  const hideAddresses = options.hideAddresses === true;
  const findings = createFindings({ campaign, inbox, constant, hideAddresses });

  function duplicateOf(verdict: Verdict): Verdict['skip'] {
    if (verdict.address === null) return null;
    const first = duplicates.add(verdict.address.value, verdict.row);
    return first === null
      ? null
      : { reason: 'duplicate', detail: `the same address as row ${first}` };
  }

  for await (const batch of readAudience(list, audience)) {
    for (const verdict of batch) {
      const skip = verdict.skip ?? duplicateOf(verdict);
      if (skip === null) findings.take(verdict);
      else findings.leave(verdict, skip);
    }
  }
  return {
    list: {
      file: basename(list.path),
      format: describeFormat(list),
      addressColumn: list.headers[audience.columns.address] ?? '',
    },
    ...conclude(findings.found(), options),
  };
}
