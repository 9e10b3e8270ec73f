import { findSent } from '../../activities';
import type { Address } from '../../core/message';
import type { Claimed, Landing } from '../ledger';
import type { Run } from './run';

type Found = Omit<Landing, 'seq' | 'attemptId'>;

/**
 * Whether a row may have been sent by what a restored copy does not know. A person who ruled since that it is sent again
 * has the last word.
 */
export function isInDoubt(restoredAt: number | null, row: Claimed): restoredAt is number {
  return restoredAt !== null && (row.ruledAt === null || row.ruledAt < restoredAt);
}

/**
 * Asks the platform for the row's message before its first send, from the beginning and wherever the person may have it:
 * the copy's own memory of places may be old.
 *
 * @returns how the row ends, one landing for each message that was found; empty when the platform does not have it.
 * @throws ProviderError when the platform cannot be asked now.
 */
export async function lookUpRestored(
  run: Run,
  row: Claimed,
  { address, contactId }: { readonly address: Address; readonly contactId: string },
): Promise<readonly Found[]> {
  const finding = await findSent(run.provider, row.key, {
    inbox: run.inbox,
    address,
    contactId,
    conversationId: null,
    watermark: null,
    since: run.campaign.created_at,
    until: run.clock(),
  });
  switch (finding.kind) {
    case 'absent':
      return [];
    case 'found':
      return finding.receipts.map(({ messageId, conversationId }) => ({
        to: 'sent',
        result: 'accepted',
        detail: 'found by look-up, after the ledger was restored',
        messageId,
        contactId,
        conversationId,
      }));
    case 'unclear':
      return [{ to: 'unknown', reason: 'restored', detail: finding.why, contactId }];
  }
}
