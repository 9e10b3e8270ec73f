import type { Account } from '../chatwoot/account';
import { contactPage } from '../chatwoot/conversations';
import { factsOf } from '../chatwoot/facts';
import { findSent as findMarked } from '../chatwoot/find-sent';
import { keyOf } from '../chatwoot/marker';
import { type MessageRow, messagePage } from '../chatwoot/messages';
import type { Finding, Trace } from '../provider';
import { readOptionalNumber } from '../read';

/** Seconds that the platform's clock may be behind. */
const SLACK = 5;
const OUTGOING = 1;
const TEMPLATE = 3;

/**
 * Looks where templates go through the developer API. A text bears the key and may be found; a template bears none, so
 * that nothing proves it, neither that it is there nor that it is not. What is left is to tell a person where to look.
 */
export async function findSent(account: Account, key: string, trace: Trace): Promise<Finding> {
  const finding = await findMarked(account, key, trace);
  if (finding.kind === 'found') return finding;
  const places = await unmarked(account, trace);
  const count = places.reduce((sum, { messages }) => sum + messages, 0);
  const ids = places.map(({ id }) => id).join(', ');
  return {
    kind: 'unclear',
    why:
      count === 0
        ? 'templates bear no key here, and no message without one is shown since; it may come later'
        : `templates bear no key here; ${count} without one since the attempt, in conversation ${ids}: look there`,
  };
}

/** Messages to the person, newer than the attempt, that no send of ours is known by; at most a page of each conversation. */
async function unmarked(
  account: Account,
  { inbox, contactId, watermark, since }: Trace,
): Promise<readonly { readonly id: string; readonly messages: number }[]> {
  const { channelType } = factsOf(inbox);
  const isCandidate = ({ body, type, private: isPrivate }: MessageRow) =>
    (type === OUTGOING || type === TEMPLATE) &&
    !isPrivate &&
    keyOf(body, channelType) === null &&
    (readOptionalNumber(body, 'created_at') ?? 0) >= since / 1000 - SLACK;
  const found: { id: string; messages: number }[] = [];
  for (const place of (await contactPage(account, contactId)) ?? []) {
    if (place.inboxId !== inbox.id || place.contactId !== contactId) continue;
    const rows = (await messagePage(account, place.id, Number(watermark ?? 0))) ?? [];
    const messages = rows.filter(isCandidate).length;
    if (messages > 0) found.push({ id: place.id, messages });
  }
  return found;
}
