import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from '../worker/ledger/mutant';

/** What one run is to be; everything random in it follows from the seed. */
export interface Options {
  readonly kills: number;
  readonly recipients: number;
  readonly seed: number;
  readonly ledger: 'sqlite' | 'postgres';
  readonly workers: number;
  /** What is killed: the processes that send, or the database under them. */
  readonly target: 'worker' | 'postgres';
  /** False: a platform on which nothing can be looked up. */
  readonly lookup: boolean;
  readonly mutant: Mutant | null;
  readonly json: boolean;
  /** The run ends by itself after this, finished or not. */
  readonly limitMs: number;
}

/** @throws Error with a sentence when the words make no run. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      engine: { type: 'string', default: 'embedded' },
      platform: { type: 'string', default: 'chatwoot' },
      kills: { type: 'string', default: '25' },
      recipients: { type: 'string', default: '5000' },
      seed: { type: 'string', default: '1' },
      ledger: { type: 'string' },
      workers: { type: 'string', default: '1' },
      target: { type: 'string', default: 'worker' },
      'no-lookup': { type: 'boolean', default: false },
      mutant: { type: 'string' },
      json: { type: 'boolean', default: false },
      'limit-seconds': { type: 'string', default: '600' },
    },
  });
  const target = oneOf('target', values.target, ['worker', 'postgres'] as const);
  const ledger = oneOf('ledger', values.ledger ?? (target === 'postgres' ? target : 'sqlite'), [
    'sqlite',
    'postgres',
  ] as const);
  if (target === 'postgres' && ledger === 'sqlite') {
    throw new Error('--target postgres needs --ledger postgres');
  }
  oneOf('engine', values.engine, ['embedded'] as const);
  oneOf('platform', values.platform, ['chatwoot'] as const);
  return {
    kills: wholeNumber('kills', values.kills),
    recipients: wholeNumber('recipients', values.recipients),
    seed: wholeNumber('seed', values.seed),
    ledger,
    workers: Math.max(1, wholeNumber('workers', values.workers)),
    target,
    lookup: !values['no-lookup'],
    mutant: values.mutant === undefined ? null : oneOf('mutant', values.mutant, MUTANTS),
    json: values.json,
    limitMs: wholeNumber('limit-seconds', values['limit-seconds']) * 1_000,
  };
}

function oneOf<T extends string>(name: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new Error(`--${name} is one of: ${known.join(', ')}`);
  return found;
}

function wholeNumber(name: string, given: string): number {
  if (/^\d{1,7}$/.test(given)) return Number(given);
  throw new Error(`--${name} has to be a whole number`);
}
