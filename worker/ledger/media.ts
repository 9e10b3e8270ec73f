import type { Ledger } from './ledger';

/** A campaign's file on its platform. */
export interface PlacedMedia {
  readonly campaignId: number;
  /** Of its bytes: the same file on another machine is the same. */
  readonly hash: string;
}

/** Where the platform has a file; null when it was not put there yet. */
export async function placeOfMedia(
  { db }: Ledger,
  { campaignId, hash }: PlacedMedia,
): Promise<string | null> {
  const row = await db
    .selectFrom('media')
    .select('url')
    .where('campaign_id', '=', campaignId)
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.url ?? null;
}

/** Writes down where a file was put. Of two processes that put it there at once, the first one's place is kept. */
export async function keepPlaceOfMedia(
  { db }: Ledger,
  { campaignId, hash }: PlacedMedia,
  { url, now }: { readonly url: string; readonly now: number },
): Promise<void> {
  await db
    .insertInto('media')
    .values({ campaign_id: campaignId, hash, url, at: now })
    .onConflict((conflict) => conflict.columns(['campaign_id', 'hash']).doNothing())
    .execute();
}
