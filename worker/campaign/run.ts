import type { Attachment, Content } from '../../core/message';
import type { Inbox, OptIn, Provider } from '../../providers/provider';
import type { Campaign, Exclusion, Ledger, Mutant } from '../ledger';
import type { Brake } from './brake';
import type { Allowed } from './hours';

/** Everything that sending one campaign needs, put together once when it is opened. */
export interface Run {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly provider: Provider;
  /** Of the account, in this process. */
  readonly brake: Brake;
  readonly inbox: Inbox;
  /** The content of rows that have none of their own. */
  readonly content: Content;
  /** Why the campaign's people may be written to, for platforms that want to know; null where it is not stated. */
  readonly optIn: OptIn | null;
  /** Files that go with every text. */
  readonly attachments: readonly Attachment[];
  /** Whether somebody at a place may be written to at a moment; null where there are no quiet hours. */
  readonly quiet: ((place: string, nowMs: number) => Allowed) | null;
  /** The place of rows that have none of their own. */
  readonly place: string | null;
  /** Whom other campaigns have reached is left out, also in the moment of the claim; null: nobody is. */
  readonly exclude: Exclusion | null;
  /** How many ended alike in a row, over all slices, and when the last one went well, or the run was opened. */
  readonly failures: { last: string; inARow: number; since: number };
  readonly policy: Policy;
  readonly clock: () => number;
  /** Milliseconds that never jump; for what a wall clock must not decide. */
  readonly monotonic: () => number;
  /** From when on this process itself has watched an open attempt, on the monotonic clock. */
  readonly watched: Map<number, number>;
  /** Who this process is, for leases: host and process id. */
  readonly holder: string;
}

export interface Policy {
  /** Requests in flight. */
  readonly inFlight: number;
  /** Slices at once. */
  readonly parallel: number;
  /** How long after `sendBy` the platform may still commit a request. */
  readonly settleDelayMs: number;
  readonly onAbsent: 'resend' | 'park';
  /** Attempts of one row that may have been sent. */
  readonly maxAttempts: number;
  /** How long the contact book is believed without asking again. */
  readonly bookMs: number;
  readonly failedPercent: number | null;
  readonly sameFailureInARow: number;
  /** The most rows that may be sent in all, for a canary; null for no bound. */
  readonly maxRows: number | null;
  readonly leaseMs: number;
  /** For `npm run chaos` only. */
  readonly mutant?: Mutant | undefined;
}

/** The scopes that a message of this campaign is charged to. */
export const messageScopes = (campaign: Campaign): readonly string[] => [
  `account/${campaign.account}/message`,
  `campaign/${campaign.id}`,
];
