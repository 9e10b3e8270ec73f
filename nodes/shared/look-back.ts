import { findSent } from '../../activities';
import type { Address } from '../../core/message';
import type { Finding, Inbox, Provider, Trace } from '../../providers/provider';
import { onceKept } from './catalogue';

/** How far back a send key is looked for, on platforms that list by time. */
const LOOK_BACK_MS = 3 * 24 * 60 * 60 * 1_000;

/** A message that this execution is to send, as far as its parameters tell before any call. */
export interface Intended {
  /** As the platform stores it. */
  readonly key: string;
  readonly address: Address;
}

/** What became of a key before this execution; absent only where a look-up was complete. */
export type LookBack = (key: string, trace: Trace) => Promise<Finding>;

/**
 * Looks for keys that an earlier run has used: an item at a time, or for all items of an execution at once where the
 * platform has one listing that shows everybody's messages. Else each item would list the whole channel again.
 */
export function createLookBack(
  provider: Provider,
  intended: (inboxId: string) => readonly Intended[],
): LookBack {
  const { findAllSent } = provider;
  const inboxes = new Map<string, Inbox>();
  const listed = onceKept(async (inboxId) => {
    const inbox = inboxes.get(inboxId);
    if (inbox === undefined || findAllSent === undefined) return new Map<string, Finding>();
    const all = intended(inboxId);
    const until = Date.now();
    // Whose contact it is, no listing of everybody's messages asks for.
    const place = { inbox, contactId: '', conversationId: null, watermark: null };
    const times = { since: until - LOOK_BACK_MS, until };
    const findings = await findAllSent(
      all.map(({ key, address }) => ({ key, trace: { ...place, ...times, address } })),
    );
    return new Map(findings.map((finding, index) => [all[index]?.key ?? '', finding]));
  });

  return async (key, trace) => {
    if (findAllSent !== undefined) {
      inboxes.set(trace.inbox.id, trace.inbox);
      const finding = (await listed(trace.inbox.id)).get(key);
      if (finding !== undefined) return finding;
    }
    // In every conversation of the person in this inbox, from its beginning: the newest need not be the one of then.
    const since = trace.until - LOOK_BACK_MS;
    return findSent(provider, key, { ...trace, conversationId: null, watermark: null, since });
  };
}
