import { parseArgs } from 'node:util';
import { PROVIDERS, type ProviderId } from '../core/words';
import { findProvider } from '../providers';
import { MUTANTS, type Mutant } from '../worker/ledger/mutant';

/** What can be killed: the processes that send, the database under them, the Temporal server. */
export type Victim = 'worker' | 'postgres' | 'temporal';

/** What one run is to be; everything random in it follows from the seed. */
export interface Options {
  readonly engine: 'embedded' | 'temporal';
  readonly platform: ProviderId;
  /** How often each is killed. */
  readonly kills: Readonly<Record<Victim, number>>;
  readonly recipients: number;
  readonly seed: number;
  readonly ledger: 'sqlite' | 'postgres';
  readonly workers: number;
  /** With Temporal: whether a minute of sending is one activity, or each message is a workflow. */
  readonly orchestrate: 'slice' | 'message';
  /** False: a platform on which nothing can be looked up. */
  readonly lookup: boolean;
  readonly mutant: Mutant | null;
  readonly json: boolean;
  /** The run ends by itself after this, finished or not. */
  readonly limitMs: number;
  /** Where the histories of the run are left. */
  readonly histories: string;
}

/** How often something is killed in this run. */
export const killsIn = ({ kills }: Pick<Options, 'kills'>): number =>
  kills.worker + kills.postgres + kills.temporal;

/** With `--target all`, for so many kills of a worker there is one of the other. */
const WORKERS_FOR = { temporal: 5, postgres: 8 } as const;

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
      workers: { type: 'string' },
      target: { type: 'string', default: 'worker' },
      orchestrate: { type: 'string', default: 'slice' },
      'no-lookup': { type: 'boolean', default: false },
      mutant: { type: 'string' },
      json: { type: 'boolean', default: false },
      'limit-seconds': { type: 'string' },
      histories: { type: 'string', default: 'worker/.chaos/histories' },
    },
  });
  const engine = oneOf('engine', values.engine, ['embedded', 'temporal'] as const);
  const onTemporal = engine === 'temporal';
  const target = oneOf('target', values.target, ['worker', 'postgres', 'temporal', 'all'] as const);
  const wanted = target === 'postgres' || onTemporal ? 'postgres' : 'sqlite';
  const ledger = oneOf('ledger', values.ledger ?? wanted, ['sqlite', 'postgres'] as const);
  if ((target === 'postgres' || target === 'all') && ledger === 'sqlite') {
    throw new Error(`--target ${target} needs --ledger postgres`);
  }
  if ((target === 'temporal' || target === 'all') && !onTemporal) {
    throw new Error(`--target ${target} needs --engine temporal`);
  }
  const orchestrate = oneOf('orchestrate', values.orchestrate, ['slice', 'message'] as const);
  if (orchestrate === 'message' && !onTemporal) {
    throw new Error('--orchestrate message needs --engine temporal');
  }
  const platform = oneOf('platform', values.platform, PROVIDERS);
  if (values['no-lookup'] && platform !== 'chatwoot') {
    throw new Error('--no-lookup is a Chatwoot so old that nothing is found: leave --platform out');
  }
  return {
    engine,
    platform,
    kills: killsOf(target, wholeNumber('kills', values.kills)),
    recipients: wholeNumber('recipients', values.recipients),
    seed: wholeNumber('seed', values.seed),
    ledger,
    workers: Math.max(1, wholeNumber('workers', values.workers ?? (onTemporal ? '2' : '1'))),
    orchestrate,
    lookup: !values['no-lookup'] && canLookUp(platform),
    mutant: values.mutant === undefined ? null : oneOf('mutant', values.mutant, MUTANTS),
    json: values.json,
    limitMs:
      wholeNumber('limit-seconds', values['limit-seconds'] ?? (onTemporal ? '1800' : '600')) *
      1_000,
    histories: values.histories,
  };
}

/** Where the platform keeps nothing by which a message could be found again, a lost answer is left to a person. */
const canLookUp = (platform: ProviderId): boolean =>
  findProvider(platform)?.capabilities.deduplicates === 'by_lookup';

function killsOf(target: Victim | 'all', kills: number): Options['kills'] {
  const none = { worker: 0, postgres: 0, temporal: 0 };
  if (target !== 'all') return { ...none, [target]: kills };
  return {
    worker: kills,
    temporal: Math.round(kills / WORKERS_FOR.temporal),
    postgres: Math.round(kills / WORKERS_FOR.postgres),
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
