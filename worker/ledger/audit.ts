import { hostname, userInfo } from 'node:os';
import type { Queries } from './ledger';

export interface Entry {
  readonly at: number;
  readonly action: string;
  readonly campaign?: string;
  readonly detail?: string;
}

/** Writes down who did what, beside the change itself. */
export async function record(trx: Queries, entry: Entry): Promise<void> {
  await trx
    .insertInto('audit')
    .values({
      at: entry.at,
      action: entry.action,
      campaign: entry.campaign ?? null,
      detail: entry.detail ?? null,
      who: who(),
    })
    .execute();
}

function who(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a user id without a name.
    return `?@${hostname()}`;
  }
}
