import { hostname } from 'node:os';
import type { Load } from './load';

/** One delivering request, as the sandbox received it. */
export interface Begun {
  readonly key: string;
  readonly attempt: number;
  readonly at: number;
}

/** An attempt that is still open, of one process. */
export interface Open {
  readonly seq: number;
  readonly attemptId: number;
  readonly key: string;
  readonly number: number;
}

export interface Sight {
  /** Every delivering request so far, in order of arrival. */
  begun(): readonly Begun[];
  /** Whether the sandbox has received this attempt's request. */
  hasBegun(attempt: Open): boolean;
  /** Attempts that passed the gate in this process and of which no result has landed. */
  openOf(pid: number): Promise<Open[]>;
  /** Whether another process sends as well, or will take part by itself. */
  othersSend(pid: number): Promise<boolean>;
}

const holderOf = (pid: number): string => `process ${pid} on ${hostname()}`;

/** Looks at both ends at once: what the ledger says was allowed, and what the sandbox says has arrived. */
export function createSight({ sandbox, ledger, campaign }: Load): Sight {
  const seen: Begun[] = [];
  const names = new Set<string>();
  let read = 0;

  function begun(): readonly Begun[] {
    const all = sandbox.requests();
    for (; read < all.length; read += 1) {
      const request = all[read];
      if (request?.delivers !== true) continue;
      const [, key = '', attempt = '0'] =
        /"campaign_runner":\{"key":"([^"]+)","attempt":(\d+)/.exec(request.body) ?? [];
      seen.push({ key, attempt: Number(attempt), at: request.startedAt });
      names.add(`${key}/${attempt}`);
    }
    return seen;
  }

  return {
    begun,
    hasBegun({ key, number }) {
      begun();
      return names.has(`${key}/${number}`);
    },
    async openOf(pid) {
      const rows = await ledger.db
        .selectFrom('recipients as r')
        .innerJoin('attempts as a', 'a.id', 'r.attempt_id')
        .innerJoin('leases as l', 'l.id', 'a.lease_id')
        .select(['r.seq', 'a.id as attemptId', 'r.key', 'a.number'])
        .where('r.campaign_id', '=', campaign.id)
        .where('r.state', '=', 'sending')
        .where('a.result', 'is', null)
        .where('l.holder', '=', holderOf(pid))
        .execute();
      return rows.map((row) => ({ ...row, key: row.key ?? '' }));
    },
    async othersSend(pid) {
      // A worker of the embedded engine takes part as soon as another one's lease is over.
      if (campaign.engine === 'embedded') return true;
      const others = await ledger.db
        .selectFrom('leases')
        .select('id')
        .where('campaign_id', '=', campaign.id)
        .where('kind', '=', 'slice')
        .where('ended', '=', 0)
        .where('until', '>', Date.now())
        .where('holder', '!=', holderOf(pid))
        .execute();
      return others.length > 0;
    },
  };
}
