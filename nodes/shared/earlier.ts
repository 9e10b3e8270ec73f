import { ProviderError } from '../../core/errors';
import type { Inbox, Receipt, Trace } from '../../providers/provider';
import type { LookBack } from './look-back';
import { forget, type Remembered, remember } from './memory';
import { type Policy, patiently } from './patience';
import { type Connection, canBeFound } from './platform';
import { settle } from './settle';

export interface Sent {
  readonly contactId: string;
  readonly receipt: Receipt;
  /** How it is known: the platform accepted it now, a look-up found it, or it was sent by an earlier run. */
  readonly by: 'accepted' | 'looked_up' | 'sent_before';
}

/** The result of an earlier attempt of this process; undefined when it is proven that nothing went out. */
export async function settleRemembered(
  connection: Connection,
  key: string,
  send: string,
  remembered: Remembered,
  policy: Policy,
): Promise<Sent | undefined> {
  if (remembered.kind === 'sent') {
    return foundAs(remembered.receipt, remembered.contactId, 'sent_before');
  }
  const { trace, endedMs } = remembered;
  const finding = await settle(connection, key, trace, endedMs, policy);
  if (finding.kind === 'found') {
    return rememberSent(send, foundAs(finding.receipts[0], trace.contactId, 'looked_up'));
  }
  if (finding.kind === 'unclear' || !mayResend(connection)) {
    throw unsettled(connection, trace.inbox, whyOpen(finding));
  }
  forget(send);
  return undefined;
}

/** The message of an earlier run, another process or a crashed one. Where it cannot be found, nobody is asked. */
export async function lookBefore(
  { provider, platform }: Connection,
  key: string,
  trace: Trace,
  lookBack: LookBack,
  policy: Policy,
): Promise<Sent | undefined> {
  if (!canBeFound(platform, trace.inbox) || provider.findSent === undefined) return undefined;
  const finding = await patiently(policy, () => lookBack(key, trace));
  switch (finding.kind) {
    case 'found':
      return foundAs(finding.receipts[0], trace.contactId, 'sent_before');
    case 'absent':
      return undefined;
    case 'unclear':
      throw new ProviderError(
        'unavailable',
        `cannot tell whether this send key was used before (${finding.why}); nothing was sent`,
        { provider: platform.definition.id },
      );
  }
}

export function rememberSent(send: string, sent: Sent): Sent {
  remember(send, { kind: 'sent', receipt: sent.receipt, contactId: sent.contactId });
  return sent;
}

export function foundAs(receipt: Receipt, contactId: string, by: Sent['by']): Sent {
  return { contactId, receipt, by };
}

/** Whether a proven absence is enough to send again. */
export function mayResend({ platform }: Connection): boolean {
  return platform.definition.capabilities.onAbsent === 'resend';
}

export function whyOpen(finding: { kind: 'absent' } | { kind: 'unclear'; why: string }): string {
  return finding.kind === 'unclear' ? finding.why : 'not found, which is no proof on this platform';
}

/** What helps, where a platform's own words would stand. */
const FOUND_LATER =
  "Run it again with the same 'Send Key' and 'Look Up First' on: it is looked up before anything is sent";
/** The memory is all that there is. */
const NEVER_FOUND =
  "Nobody can be asked for it here. The same 'Send Key' is refused as long as this process of n8n remembers it, and sends again after that: find out from the person, or in the platform's own pages";

export function unsettled(
  { platform }: Connection,
  inbox: Inbox,
  why: string,
  cause?: ProviderError,
): ProviderError {
  const { id, displayName } = platform.definition;
  const detail = canBeFound(platform, inbox) ? FOUND_LATER : NEVER_FOUND;
  return new ProviderError(
    'outcome_unknown',
    `${displayName} gave no answer and the message could not be looked up (${why}): it may have been sent, and is not sent again`,
    { provider: id, detail, ...(cause?.status !== undefined && { status: cause.status }), cause },
  );
}

export function provenUnsent({ platform }: Connection, cause: ProviderError): ProviderError {
  const { id, displayName } = platform.definition;
  return new ProviderError('unavailable', `${displayName} did not take the message`, {
    provider: id,
    ...(cause.status !== undefined && { status: cause.status }),
    cause,
  });
}
