import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import type { GetEventsResponse } from '../Campaign/api';
import type { Runner } from '../Campaign/runner';
import {
  asksForMore,
  followsFrom,
  give,
  isElsewhere,
  keep,
  movedTo,
  type Place,
  placeAt,
  placeIn,
  type Wanted,
} from './place';

/** Most events that the API gives at once. */
const PAGE = 1_000;

/**
 * The events since the last time, each once, up to so many; the place behind them is kept in the node's static data. The
 * first time there are none: it begins with what happens from then on.
 *
 * @throws NodeApiError when the runner gives none; the place is then as it was.
 */
export async function nextEvents(
  context: IPollFunctions,
  runner: Runner,
  wanted: Wanted,
  { most, untilMs }: { readonly most: number; readonly untilMs: number },
): Promise<readonly IDataObject[]> {
  const kept = context.getWorkflowStaticData('node');
  const begin = async (): Promise<readonly IDataObject[]> => {
    keep(kept, await begun(runner, wanted));
    return [];
  };
  const before = placeIn(kept, wanted);
  if (before === null) return begin();
  const since = asksForMore(before, wanted) ? (await newest(runner)).at : null;
  let place = followsFrom(before, wanted, since);
  const items: IDataObject[] = [];
  do {
    const [outcome] = await Promise.allSettled([
      page(runner, wanted, {
        ...(place.cursor !== null && { after: place.cursor }),
        limit: Math.min(PAGE, most - items.length),
      }),
    ]);
    if (outcome.status === 'rejected') {
      const error: unknown = outcome.reason;
      if (isGone(error) && place.cursor !== null) {
        // Another runner, whose events begin now.
        if (isElsewhere(place, wanted)) return begin();
        place = begunAnew(context, place);
        continue;
      }
      // What came before it is given out, and the next poll asks again from there.
      if (items.length === 0) throw error;
      break;
    }
    const { items: events, next, more } = outcome.value;
    for (const event of events) place = give(event, place, items);
    place = movedTo(place, wanted, next);
    if (!more) break;
  } while (items.length < most && performance.now() < untilMs);
  keep(kept, place);
  return items;
}

/** Some of the youngest events that are kept, as examples; the place stays as it is. */
export async function exampleEvents(
  runner: Runner,
  wanted: Wanted,
  most: number,
): Promise<readonly IDataObject[]> {
  const { items } = await page(runner, wanted, { newest: most });
  return items.map((event) => ({ ...event, gap: null }));
}

/** The end of the feed. */
async function begun(runner: Runner, wanted: Wanted): Promise<Place> {
  // A campaign that is not there is refused here.
  await page(runner, wanted, { after: 'latest' });
  const { next, at } = await newest(runner);
  // No event, no clock of the runner's: this one is as good, where it is needed at all.
  return placeAt(wanted, next, at ?? new Date().toISOString());
}

/** When the newest event of all happened, if there is one, and the cursor behind it. */
async function newest(runner: Runner): Promise<{ next: string; at: string | null }> {
  const all = { types: [], campaign: '', account: '' };
  const { items, next } = await page(runner, all, { newest: 1 });
  return { next, at: items.at(-1)?.at ?? null };
}

function page(
  runner: Runner,
  { types, campaign, account }: Omit<Wanted, 'baseUrl'>,
  where: Readonly<Record<string, string | number>>,
): Promise<GetEventsResponse> {
  return runner.ask({
    ...{ method: 'GET', path: '/events' },
    query: {
      ...where,
      ...(types.length > 0 && { types: types.join(',') }),
      ...(campaign !== '' && { campaign }),
      ...(account !== '' && { account }),
    },
  });
}

/**
 * The cursor is older than what is kept, or from before a restored backup. It goes on with the oldest event that there is; it
 * cannot be told in an error: n8n would not start the trigger, or tell it again with every poll.
 */
function begunAnew(context: IPollFunctions, place: Place): Place {
  const gap = `The runner no longer had the place in its events where this trigger was: they are older than seven days, or its ledger was restored. Events after ${place.youngest} and before this one may be missing; the results of the campaigns have what became of each row.`;
  context.logger.warn(`${context.getNode().name}: ${gap}`);
  return { ...place, cursor: null, skipUntil: place.youngest, gap };
}

function isGone(error: unknown): boolean {
  const { context } = error as { context?: { code?: unknown } };
  return context?.code === 'cursor_gone';
}
