import type { Finding, Provider, Receipt, Send, Trace } from '../providers/provider';

/**
 * Step three: the one request that makes the platform deliver. Never repeated by anybody who has not first settled what
 * became of the attempt before.
 *
 * @throws ProviderError; only `outcome_unknown` leaves open whether the message went out.
 */
export async function sendMessage(provider: Provider, send: Send): Promise<Receipt> {
  if (send.content.kind === 'template' && !send.inbox.template) {
    throw provider.refuse('template', `inbox "${send.inbox.name}" has no templates`);
  }
  if (send.content.kind === 'text' && !send.inbox.text) {
    throw provider.refuse('content', `inbox "${send.inbox.name}" sends templates only`);
  }
  return provider.sendMessage(send);
}

/** What became of an attempt, as far as the platform can be asked. */
export async function findSent(provider: Provider, key: string, trace: Trace): Promise<Finding> {
  if (!trace.inbox.lookup || provider.findSent === undefined) {
    return { kind: 'unclear', why: 'this inbox cannot be looked up' };
  }
  return provider.findSent(key, trace);
}
