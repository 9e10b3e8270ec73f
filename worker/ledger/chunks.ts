import { hash } from 'node:crypto';
import { appendRows, type NewRecipient } from './append-rows';
import { type Campaign, holdCampaign } from './campaigns';
import { LedgerError } from './errors';
import { needOpen } from './identity';
import { needImporting } from './import';
import type { Ledger, Queries } from './ledger';
import { untilTaken } from './until-taken';

/** A piece of an audience, by the key that its sender gave it. */
export interface Chunk {
  readonly key: string;
  /** Of its content. */
  readonly fingerprint: string;
}

export interface ImportedChunk {
  /** It was there before: this is the first answer. */
  readonly replayed: boolean;
  /** `seq` of its first row. */
  readonly first: number;
  /** How many rows it has. */
  readonly n: number;
  /** Of these: whose address was in the campaign already. */
  readonly duplicates: number;
}

/**
 * Appends one piece of an audience, in one commit. The same key with the same content changes nothing, also after the seal, and is
 * answered as at first. `build` makes the rows, once it is known which `seq` the first one has; it may be asked more than once.
 *
 * @throws LedgerError when the key stands for other content, when the campaign is complete, or when it takes its people from a
 * list.
 */
export async function importChunk(
  ledger: Ledger,
  campaign: Pick<Campaign, 'name'>,
  chunk: Chunk,
  build: (first: number) => readonly NewRecipient[] | Promise<readonly NewRecipient[]>,
  now: number,
): Promise<ImportedChunk> {
  const append = async (trx: Queries): Promise<ImportedChunk> => {
    await needOpen(trx);
    const held = await holdCampaign(trx, campaign.name);
    const kept = keptOf(held, chunk);
    const before = await chunkOf(trx, held, kept);
    if (before !== undefined) return { replayed: true, ...before };
    if (held.intake !== 'chunks') {
      // A list goes on after as many rows as there are: it would pass over some of its own.
      throw new LedgerError(
        `campaign "${held.name}" takes its people from one list, not in chunks`,
      );
    }
    needImporting(held);
    const first = held.imported;
    const rows = await build(first);
    const { duplicates } = await appendRows(trx, held, first, rows, now);
    const written = { first, n: rows.length, duplicates };
    await trx
      .insertInto('chunks')
      .values({ campaign_id: held.id, ...kept, ...written, at: now })
      .execute();
    return { replayed: false, ...written };
  };
  return untilTaken(() => ledger.db.transaction().execute(append));
}

/**
 * As the ledger keeps it: told again, and not read back. A key may name a person, and a fingerprint of few rows can be guessed; who is
 * forgotten is to be found in neither.
 */
function keptOf({ uid }: Campaign, { key, fingerprint }: Chunk): Chunk {
  const salted = (word: string, text: string) => hash('sha256', `${uid}\n${word}\n${text}`);
  return { key: salted('key', key), fingerprint: salted('rows', fingerprint) };
}

async function chunkOf(trx: Queries, { id, name }: Campaign, { key, fingerprint }: Chunk) {
  const found = await trx
    .selectFrom('chunks')
    .select(['fingerprint', 'first', 'n', 'duplicates'])
    .where('campaign_id', '=', id)
    .where('key', '=', key)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { fingerprint: was, ...written } = found;
  if (was === fingerprint) return written;
  throw new LedgerError(
    `this key was used already in campaign "${name}", for other rows. Nothing was added. Other rows need another key`,
    undefined,
    { code: 'conflict' },
  );
}
