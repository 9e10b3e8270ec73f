import type { Finding, Provider, Receipt, Send, Sought, Trace } from '../providers/provider';

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

/** The same for several attempts; one listing for all of them, where the platform has one that shows them all. */
export async function findAllSent(
  provider: Provider,
  sought: readonly Sought[],
): Promise<readonly Finding[]> {
  const { findAllSent: find } = provider;
  if (find !== undefined && sought.every(({ trace }) => trace.inbox.lookup)) return find(sought);
  return Promise.all(sought.map(({ key, trace }) => findSent(provider, key, trace)));
}
