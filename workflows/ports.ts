/**
 * What the workflows ask of a worker, and what they are asked with. All of it stands in a history for everybody to read: ids,
 * counters, codes and times only.
 */
import type { Step } from './drive';

/** A campaign, by what it is called outside the ledger. */
export interface CampaignInput {
  readonly campaign: string;
  /** The search attributes are registered in this namespace. */
  readonly attributes?: boolean;
}

/** How many rows are in each state that matters to somebody who looks on. */
export interface Counts {
  readonly sent: number;
  readonly failed: number;
  readonly skipped: number;
  readonly unknown: number;
  readonly left: number;
}

/** What is to be done next, and how the campaign stands. */
export interface Turn {
  readonly step: Step;
  readonly counts: Counts;
  /** When this was said, by the clock that all its moments are of; the server's may be another. Earlier versions said nothing. */
  readonly at?: number;
}

export type ControlAction = 'pause' | 'resume' | 'cancel';

export interface CampaignActivities {
  /** Takes the driver's seat where it is free, and asks the plan. */
  next(input: CampaignInput): Promise<Turn>;
  /** Reads the list into the ledger, and starts the campaign if that was asked for. */
  importList(input: CampaignInput): Promise<Turn>;
  /** Sends for a minute. */
  slice(input: CampaignInput): Promise<Turn>;
  control(input: CampaignInput & { readonly action: ControlAction }): Promise<Turn>;
}

/** A schedule, by what it is called outside the ledger. */
export interface ScheduledInput {
  readonly schedule: string;
  /** Where a person asked for it: which occurrence, and its time. Else the time is the schedule's. */
  readonly local?: string;
  readonly at?: number;
  /** As with a campaign. */
  readonly attributes?: boolean;
}

/** An occurrence, by its schedule's time or by when somebody asked for it. */
export type OccurrenceInput = Omit<ScheduledInput, 'attributes'> & { readonly at: number };

export interface ScheduleActivities {
  /** Takes the list and opens the campaign, once for each occurrence; `skipped` is a code. */
  openOccurrence(
    input: OccurrenceInput & { readonly startedAt: number },
  ): Promise<{ readonly campaign: string; readonly name: string } | { readonly skipped: string }>;
  /** One that is not open yet is passed over. */
  cancelOccurrence(input: OccurrenceInput): Promise<void>;
}

/** What became of a message so far. */
export type SendTurn =
  /** The step is done: the next one may follow. */
  | { readonly state: 'ready' }
  /** Not now: no token, quiet hours, a platform that asked to wait, a person who is in work elsewhere. */
  | {
      readonly state: 'not_before';
      readonly at: number;
      readonly why: string;
      /** When this was said, by the same clock; the server's may be another. Earlier versions said nothing. */
      readonly now?: number;
    }
  /** Its request was begun and its answer is not known: only `settle` says what became of it. */
  | { readonly state: 'open' }
  /** Its campaign is paused: somebody has to resume it. */
  | { readonly state: 'halted'; readonly why: string }
  | SendOutcome;

/** The end of a message. */
export interface SendOutcome {
  readonly state: 'sent' | 'failed' | 'skipped' | 'unknown';
  readonly reason: string | null;
}

export interface SendActivities {
  ensureContact(send: string): Promise<SendTurn>;
  ensureConversation(send: string): Promise<SendTurn>;
  /** Claims its row, passes the gate, sends and records, once. Never repeated by Temporal: see `settle`. */
  sendMessage(send: string): Promise<SendTurn>;
  /** Finds out what became of a message whose answer was lost, or whose worker died. */
  settle(send: string): Promise<SendTurn>;
  /** Cancels a message that is sent by itself, and says how it stands. One of a campaign's stays as it is. */
  cancelSend(send: string): Promise<SendTurn>;
}
