import type { Content } from '../../core/message';
import type { OptIn } from '../../providers/provider';
import type { Exclusion } from '../ledger';
import type { CampaignFile } from './campaign-file';
import { parseDuration } from './duration';
import { exclusionOf } from './exclude';

/** What a campaign sends and how: kept with it in the ledger, so that every process sends the same. */
export interface Spec {
  /** The content of rows that have none of their own. */
  readonly content: Content;
  /** Files that go with every message; absolute paths. */
  readonly attachments: readonly string[];
  readonly quietHours: { readonly from: string; readonly to: string; readonly zone: string } | null;
  /** Messages per second of this campaign, within the account's own limit; null for no bound. */
  readonly perSecond: number | null;
  readonly failedPercent: number | null;
  readonly sameFailureInARow: number | null;
  readonly onDoubt: 'resend' | 'park' | null;
  readonly parallel: number;
  readonly expiresAfterMs: number | null;
  /** Absent in campaigns that were made before it could be said. */
  readonly exclude?: Exclusion | null;
  /** Why these people may be written to, for platforms that want to know; absent where it is not stated. */
  readonly optIn?: OptIn;
}

/** The spec of a checked campaign file; `content` is what its rows have in common. */
export function specOf(file: CampaignFile, content: Content): Spec {
  return {
    content,
    attachments: file.message.attachments ?? [],
    quietHours: file.quietHours ?? null,
    perSecond: file.throttle?.perSecond ?? null,
    failedPercent: file.stopWhen?.failedPercent ?? null,
    sameFailureInARow: file.stopWhen?.sameFailureInARow ?? null,
    onDoubt: file.onDoubt ?? null,
    parallel: file.parallel ?? 1,
    expiresAfterMs: file.expiresAfter === undefined ? null : parseDuration(file.expiresAfter),
    exclude: exclusionOf(file),
    ...(file.consent === undefined
      ? {}
      : { optIn: { method: file.consent.method, detail: file.consent.detail ?? '' } }),
  };
}

/** The spec of a single message. */
export function singleSpec(content: Content): Spec {
  return {
    content,
    attachments: [],
    quietHours: null,
    perSecond: null,
    failedPercent: null,
    sameFailureInARow: null,
    onDoubt: null,
    parallel: 1,
    expiresAfterMs: null,
    exclude: null,
  };
}
