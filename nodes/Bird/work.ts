import type { BirdProvider } from '../../providers/bird';
import type { Inbox } from '../../providers/provider';
import { type Execution, each, one, type Result } from '../shared/operation';
import { readAddress, readGivenId, readInboxId, readProfile } from '../shared/parameters';
import { onceTaken, patiently } from '../shared/patience';
import * as steps from '../shared/steps';

type Bird = Execution<BirdProvider>;

/** Bird does not say which of the two it was. */
export async function findOrCreateConversation(
  execution: Bird,
  item: number,
): Promise<readonly Result[]> {
  const results = await steps.findOrCreateConversation(execution, item);
  return results.map(({ json: { created: _, ...json } }) => ({ json }));
}

export async function getChannel(execution: Bird, item: number) {
  const { connection, policy } = execution;
  const id = readInboxId(execution, item);
  return one(shown(await patiently(policy, () => connection.provider.getChannel(id))));
}

export async function getChannels({ connection, policy }: Bird) {
  return each((await patiently(policy, () => connection.provider.listInboxes())).map(shown));
}

function shown({ id, name, channel, addressKinds, facts }: Inbox) {
  return { id, name, channel, addressKinds: [...addressKinds], ...facts };
}

/** A lost answer may have left the contact behind, and a second one is refused. */
export async function createContact({ context, connection, policy }: Bird, item: number) {
  const address = readAddress(context, item);
  const { name: displayName = '', attributes } = readProfile(context, item);
  const contact = {
    ...{ displayName, addresses: [address] },
    ...(attributes !== undefined && { attributes }),
  };
  return one(await onceTaken(policy, () => connection.provider.createContact(contact)));
}

export async function searchContacts({ context, connection, policy }: Bird, item: number) {
  const address = readAddress(context, item);
  return each(await patiently(policy, () => connection.provider.searchContacts(address)));
}

export async function getMessage(execution: Bird, item: number) {
  const { context, connection, policy } = execution;
  const inboxId = readInboxId(execution, item);
  const id = readGivenId(context, item, { name: 'messageId', label: 'Message ID' });
  return one(await patiently(policy, () => connection.provider.getMessage(inboxId, id)));
}

export async function getTemplates({ connection, policy }: Bird) {
  return each(await patiently(policy, () => connection.provider.listChannelTemplates()));
}
