import type { Command } from 'commander';

/** Options that every command has. */
export interface Globals {
  readonly ledger: string;
  readonly accounts: string;
  readonly json: boolean;
  /** For tests: how long a silent process keeps its leases. */
  readonly leaseMs: number | undefined;
  /** Requests in flight. */
  readonly inFlight: number | undefined;
}

export const DEFAULT_LEDGER = '.campaign/ledger.db';
export const DEFAULT_ACCOUNTS = 'accounts.yaml';

/** The options of the program, wherever on the line they stood. */
export function globalsOf(command: Command): Globals {
  const given = command.optsWithGlobals<{
    ledger?: string;
    accounts?: string;
    json?: boolean;
    leaseMs?: string;
    inFlight?: string;
  }>();
  return {
    ledger: given.ledger ?? process.env['CAMPAIGN_LEDGER'] ?? DEFAULT_LEDGER,
    accounts: given.accounts ?? process.env['CAMPAIGN_ACCOUNTS'] ?? DEFAULT_ACCOUNTS,
    json: given.json === true,
    leaseMs: given.leaseMs === undefined ? undefined : Number(given.leaseMs),
    inFlight: given.inFlight === undefined ? undefined : Number(given.inFlight),
  };
}

/** `--in-flight` and the like as run options, without keys that were not given. */
export function runOptionsOf({ leaseMs, inFlight }: Globals): {
  leaseMs?: number;
  inFlight?: number;
} {
  return {
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(inFlight === undefined ? {} : { inFlight }),
  };
}
