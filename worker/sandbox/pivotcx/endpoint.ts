import type { Counts } from '../counts';
import type { PivotcxOptions } from './options';
import type { Store } from './store';

/** What all endpoints work with. */
export interface Setup {
  readonly store: Store;
  readonly counts: Counts;
  readonly options: PivotcxOptions;
  /** The keys of an answer in the spelling of the options. */
  readonly spell: (value: unknown) => unknown;
}

/** Keys are written in camel case here. */
export function spellingOf({ spelling = 'camel' }: PivotcxOptions): Setup['spell'] {
  return spelling === 'camel' ? (value) => value : snakeKeys;
}

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(each),
    ]),
  );
}
