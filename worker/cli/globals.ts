import type { Command } from 'commander';
import type { Engine, Mutant } from '../ledger';
import { whichLedger } from './which-ledger';

/** Options that every command has. */
export interface Globals {
  /** A file or a PostgreSQL URL. Asked only where it is needed: a wrong one is no matter of `campaign init`. */
  readonly ledger: string;
  readonly accounts: string;
  readonly json: boolean;
  /** What drives a campaign, where the command line says it. */
  readonly engine: Engine | undefined;
  /** What the addresses of lists on the web have to begin with. */
  readonly allowLists: readonly string[];
  /** For tests: how long a silent process keeps its leases. */
  readonly leaseMs: number | undefined;
  /** Requests in flight. */
  readonly inFlight: number | undefined;
  /** For `npm run chaos` only: the guard that is switched off. */
  readonly mutant: Mutant | undefined;
}

export const DEFAULT_ACCOUNTS = 'accounts.yaml';

/** The options of the program, wherever on the line they stood. */
export function globalsOf(command: Command): Globals {
  const given = command.optsWithGlobals<{
    ledger?: string;
    accounts?: string;
    json?: boolean;
    engine?: Engine;
    allowLists?: string;
    leaseMs?: string;
    inFlight?: string;
    mutant?: Mutant;
  }>();
  return {
    get ledger() {
      return whichLedger(given.ledger, process.env);
    },
    accounts: given.accounts ?? process.env['CAMPAIGN_ACCOUNTS'] ?? DEFAULT_ACCOUNTS,
    json: given.json === true,
    engine: given.engine,
    allowLists: (given.allowLists ?? process.env['CAMPAIGN_ALLOW_LISTS'] ?? '')
      .split(/[\s,]+/)
      .filter((each) => each !== ''),
    leaseMs: given.leaseMs === undefined ? undefined : Number(given.leaseMs),
    inFlight: given.inFlight === undefined ? undefined : Number(given.inFlight),
    mutant: given.mutant,
  };
}

/** `--in-flight` and the like as run options, without keys that were not given. */
export function runOptionsOf({ leaseMs, inFlight, mutant }: Globals): {
  leaseMs?: number;
  inFlight?: number;
  mutant?: Mutant;
} {
  return {
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(mutant === undefined ? {} : { mutant }),
  };
}
