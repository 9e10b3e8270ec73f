import type { IDataObject } from 'n8n-workflow';
import type { Event } from '../Campaign/api';
import { fingerprint } from '../shared/platform';

/** What is asked for. */
export interface Wanted {
  /** The runner's address. */
  readonly baseUrl: string;
  readonly types: readonly string[];
  /** Empty: of all. */
  readonly campaign: string;
  /** Empty: of all. */
  readonly account: string;
}

/** Where a trigger is in the feed. n8n keeps it for each node, as plain values. */
export interface Place {
  /** Of which campaign and account. */
  readonly of: string;
  /** Stands for the address of the runner that gave the cursor: one runner has many. */
  readonly runner: string;
  /** The kinds of events that are followed; what happened up to the moment of each came before somebody asked for it. */
  readonly follows: Readonly<Record<string, string | null>>;
  /** Null: the oldest event that is kept comes next. */
  readonly cursor: string | null;
  /** When the youngest event happened that was given out, or came before the trigger, by the runner's clock. */
  readonly youngest: string;
  /** What happened up to then is not given out again: the feed began anew. */
  readonly skipUntil: string | null;
  /** What the next event is to tell about the time before it. */
  readonly gap: string | null;
}

/** Behind everything that has happened. `youngest`: the last of it. */
export function placeAt(wanted: Wanted, cursor: string, youngest: string): Place {
  return {
    ...{ of: nameOf(wanted), runner: runnerOf(wanted), follows: followed(wanted, () => null) },
    ...{ cursor, youngest, skipUntil: null, gap: null },
  };
}

/** Null where there is none yet, or one of another campaign or account. */
export function placeIn(kept: IDataObject, wanted: Wanted): Place | null {
  const place = kept['place'] as Place | undefined;
  if (place?.of !== nameOf(wanted)) return null;
  // Without a cursor nobody can tell whether it is the same runner.
  return place.cursor === null && isElsewhere(place, wanted) ? null : place;
}

export function keep(kept: IDataObject, place: Place): void {
  // n8n stores what was changed: the same again is no reason to.
  if (JSON.stringify(kept['place']) !== JSON.stringify(place)) kept['place'] = { ...place };
}

/** Whether its cursor was given at another address. */
export function isElsewhere(place: Place, wanted: Wanted): boolean {
  return place.runner !== runnerOf(wanted);
}

/** The cursor that this address gave. */
export function movedTo(place: Place, wanted: Wanted, cursor: string): Place {
  return { ...place, cursor, runner: runnerOf(wanted) };
}

export function asksForMore({ follows }: Place, { types }: Wanted): boolean {
  return types.some((type) => !Object.hasOwn(follows, type));
}

/** Follows what is wanted and nothing else; a kind that is new begins with what happens after that moment. */
export function followsFrom(place: Place, wanted: Wanted, at: string | null): Place {
  const { follows } = place;
  const since = (type: string) => (Object.hasOwn(follows, type) ? (follows[type] ?? null) : at);
  return { ...place, follows: followed(wanted, since) };
}

/** Adds an event, unless it came before it was asked for, or was given out before the feed began anew. */
export function give(event: Event, place: Place, items: IDataObject[]): Place {
  const { skipUntil, follows, gap, youngest } = place;
  if ([skipUntil, follows[event.type] ?? null].some((at) => at !== null && event.at <= at)) {
    return place;
  }
  items.push({ ...event, gap });
  return { ...place, gap: null, youngest: event.at > youngest ? event.at : youngest };
}

function followed({ types }: Wanted, since: (type: string) => string | null): Place['follows'] {
  return Object.fromEntries(types.map((type) => [type, since(type)]));
}

function nameOf({ campaign, account }: Wanted): string {
  return fingerprint(campaign, account);
}

/** Without what makes no difference: capitals of the host, its usual port, a slash at the end. */
function runnerOf({ baseUrl }: Wanted): string {
  const { href } = URL.parse(baseUrl) ?? { href: baseUrl };
  return fingerprint(href.replace(/\/+$/, ''));
}
