import { createHash } from 'node:crypto';
import type { SkipReason } from '../../../core/words';
import { refuseTooMany } from '../../campaign/by-message';
import type { FileSpec } from '../../campaign/from-file';
import { needSomebody, withoutExcluded } from '../../campaign/import-list';
import { InputError } from '../../campaign/input-error';
import { type ChunkJudge, chunkJudge } from '../../campaign/intake';
import {
  type Campaign,
  importChunk,
  type Ledger,
  LedgerError,
  needCampaign,
  results,
  seal,
} from '../../ledger';
import { startIfAsked } from '../ask-plan';

/** Recipients of one chunk. */
export const MOST_RECIPIENTS = 5_000;
/** Row numbers that are named for each reason. */
const NAMED = 10;
/** Campaigns whose columns and message are kept in mind. */
const REMEMBERED = 50;

export interface Chunk {
  /** Given by the sender: the same chunk again has the same key. */
  readonly key: string;
  /** Names the whole list that it is a piece of, where its sender has one: the same key for another list is refused. */
  readonly list?: string | undefined;
  /** Each by column. */
  readonly recipients: readonly Readonly<Record<string, unknown>>[];
}

export interface TakenChunk {
  readonly key: string;
  /** False when this chunk was in already: the answer is the same. */
  readonly fresh: boolean;
  /** The row number of its first recipient, counted from 1. */
  readonly first: number;
  readonly rows: number;
  readonly accepted: number;
  /** By reason, most frequent first, each with its first row numbers. */
  readonly skipped: readonly {
    readonly reason: SkipReason;
    readonly count: number;
    readonly rows: readonly number[];
  }[];
}

/** Why a row is skipped by what stood in the chunk; any other reason came later. */
const AT_ONCE: ReadonlySet<string> = new Set<SkipReason>([
  'no_address',
  'invalid_address',
  'invalid_row',
  'duplicate',
  'no_opt_in',
  'missing_variable',
  'invalid_content',
  'invalid_time_zone',
  'excluded',
]);

/** Takes recipients of campaigns, chunk by chunk. */
export function createChunks(ledger: Ledger) {
  const judges = new Map<number, ChunkJudge>();

  function judgeOf(campaign: Campaign): ChunkJudge {
    const judge = judges.get(campaign.id) ?? chunkJudge(campaign);
    judges.delete(campaign.id);
    judges.set(campaign.id, judge);
    const [oldest] = judges.keys();
    if (judges.size > REMEMBERED && oldest !== undefined) judges.delete(oldest);
    return judge;
  }

  /**
   * Judges a chunk as rows of a list would be, and writes it down in one commit. The same chunk again is answered alike, also when the
   * campaign is sealed.
   *
   * @throws InputError for what is no column: nothing is written; LedgerError when the campaign takes no more, or the key stands for other recipients.
   */
  async function addRecipients(
    name: string,
    { key, list, recipients }: Chunk,
  ): Promise<TakenChunk> {
    const campaign = await needCampaign(ledger.db, name);
    needChunks(campaign);
    if (recipients.length === 0) throw new InputError('The chunk has no recipients.');
    if (recipients.length > MOST_RECIPIENTS) {
      throw new InputError(
        `A chunk has up to ${MOST_RECIPIENTS.toLocaleString('en')} recipients; this one has ${recipients.length.toLocaleString('en')}.`,
      );
    }
    const { source, judge } = judgeOf(campaign);
    const { exclude = null } = JSON.parse(campaign.spec) as FileSpec;
    const judged = await withoutExcluded(
      ledger,
      campaign,
      exclude,
      judge(recipients),
      ledger.now(),
    );
    const content = list === undefined ? recipients : { list, recipients };
    const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const build = (first: number) => {
      refuseTooMany(source, first + judged.length);
      return judged.map((row, at) => ({ ...row, row: first + at + 1 }));
    };
    const taken = await importChunk(ledger, campaign, { key, fingerprint }, build, ledger.now());
    return {
      key,
      fresh: !taken.replayed,
      first: taken.first + 1,
      rows: taken.n,
      ...(await judgedOf(ledger, campaign, taken)),
    };
  }

  return { addRecipients };
}

/** Asked of the rows themselves, so that a chunk that comes again is answered as at first. */
async function judgedOf(
  ledger: Ledger,
  campaign: Campaign,
  { first, n }: { readonly first: number; readonly n: number },
): Promise<Pick<TakenChunk, 'accepted' | 'skipped'>> {
  const rows = await results(ledger, campaign.id, {
    states: ['skipped'],
    after: first - 1,
    until: first + n - 1,
    limit: n,
  });
  const skipped = [...Map.groupBy(rows, ({ reason }) => reason ?? '')]
    .filter(([reason]) => AT_ONCE.has(reason))
    .map(([reason, them]) => ({
      reason: reason as SkipReason,
      count: them.length,
      rows: them.slice(0, NAMED).map(({ row }) => row),
    }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  return { accepted: n - skipped.reduce((sum, { count }) => sum + count, 0), skipped };
}

/**
 * All chunks are in: from now on the campaign can be started, and can end. Sealing twice is fine.
 *
 * @throws InputError when there is nobody to write to; LedgerError for a campaign that takes no chunks.
 */
export async function sealChunks(ledger: Ledger, name: string): Promise<Campaign> {
  const campaign = await needCampaign(ledger.db, name);
  needChunks(campaign);
  if (campaign.sealed === 0) {
    if (campaign.state !== 'importing') {
      throw new LedgerError(`campaign "${name}" is ${campaign.state}`, undefined, {
        code: 'conflict',
      });
    }
    await needSomebody(ledger, campaign);
    await seal(ledger, campaign, ledger.now());
  }
  await startIfAsked(ledger, name, ledger.now());
  return needCampaign(ledger.db, name);
}

function needChunks({ name, intake }: Campaign): void {
  if (intake === 'chunks') return;
  throw new LedgerError(
    intake === 'upload'
      ? `campaign "${name}" takes its people from one list, and not in chunks; it is sealed by itself when that is read`
      : `campaign "${name}" was made from a file, and takes no recipients`,
    undefined,
    { code: 'conflict' },
  );
}
