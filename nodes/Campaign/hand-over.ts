import type { INodeExecutionData, NodeApiError } from 'n8n-workflow';
import type { TakenChunk } from './api';
import { explaining, sentences } from './explain';
import type { ItemList } from './list-of-items';
import type { CampaignExecution } from './operation';
import { pathOf } from './request';

/** Of each reason. */
const MOST_NAMED = 10;
/** n8n keeps a list of pairs with the output: beside many items it is larger than all else. */
const MOST_PAIRS = 1_000;

export interface Skipped {
  readonly reason: string;
  count: number;
  /** Item numbers, counted from 1: the first ten. */
  readonly rows: number[];
}

/** What became of the items. */
export interface HandedOver {
  readonly given: number;
  accepted: number;
  /** Of those that were given: how many had been before. */
  replayed: number;
  readonly skipped: Skipped[];
}

export interface Receiver {
  readonly name: string;
  /** Rows that are in already. */
  readonly imported: number;
  /** What each part is known by. The same part again is answered as at first, and adds nobody. */
  keyOf(part: number): string;
}

/**
 * Gives a list to a campaign, a part after the other.
 *
 * @throws NodeApiError that says how many are in, when the runner takes no more.
 */
export async function handOver(
  { runner }: CampaignExecution,
  list: ItemList,
  { name, imported, keyOf }: Receiver,
): Promise<HandedOver> {
  const skipped = new Map<string, Skipped>();
  const all: HandedOver = { given: list.rows, accepted: 0, replayed: 0, skipped: [] };
  let part = 0;
  for (const { first, rows, lines } of list.pieces()) {
    part += 1;
    const answer = runner.ask<TakenChunk>({
      method: 'POST',
      path: `${pathOf(name)}/recipients`,
      headers: { 'chunk-key': keyOf(part), 'chunk-list': list.id },
      body: { bytes: lines, type: 'application/x-ndjson' },
    });
    const taken = await explaining(answer, (error) =>
      explain(error, name, { first, given: list.rows, replayed: all.replayed }),
    );
    all.accepted += taken.accepted;
    // What stands before those that came now was there before.
    if (taken.first <= imported) all.replayed += rows;
    const itemOf = (row: number) => row - taken.first + first + 1;
    for (const { reason, count, rows: some } of taken.skipped) {
      const known = skipped.get(reason) ?? { reason, count: 0, rows: [] };
      known.count += count;
      known.rows.push(...some.slice(0, MOST_NAMED - known.rows.length).map(itemOf));
      skipped.set(reason, known);
    }
  }
  all.skipped.push(...[...skipped.values()].sort((a, b) => b.count - a.count));
  return all;
}

function explain(
  error: NodeApiError,
  name: string,
  { first, given, replayed }: { first: number; given: number; replayed: number },
): void {
  const fresh = first - replayed;
  const before = fresh === 0 ? 'Nobody was added' : `${fresh} of ${given} recipients were added`;
  if (error.context['code'] !== 'conflict') {
    const again = first === 0 ? '' : SAME_AGAIN;
    error.description = sentences(error.description, before, again);
    return;
  }
  // Of keys no person knows anything.
  const why = /\bkey\b/.test(error.message) ? '' : error.message;
  error.description = sentences(before, why, OTHERS);
  error.message = `The campaign '${name}' does not take these recipients`;
}

const SAME_AGAIN = 'Nothing is sent before all are in; the same again adds nobody twice';
const OTHERS =
  "The same name is the same campaign, and it takes the same list only: give other recipients another 'Name'. If a field changes from run to run, such as the time, leave it out with the option 'Fields'";

/** "no_address 3 (items 1, 2, 7)". */
export function skippedWords(
  skipped: readonly Skipped[],
  counted: 'item' | 'row' = 'item',
): string {
  return skipped
    .map(({ reason, count, rows }) => {
      const more = count > rows.length ? ' …' : '';
      return `${reason} ${count} (${counted}${rows.length === 1 ? '' : 's'} ${rows.join(', ')}${more})`;
    })
    .join(', ');
}

/** The one item that a list becomes. */
export function oneItem(json: object, items: number): INodeExecutionData {
  const pairs = items > MOST_PAIRS ? [0] : Array.from({ length: items }, (_, item) => item);
  return { json: { ...json }, pairedItem: pairs.map((item) => ({ item })) };
}
