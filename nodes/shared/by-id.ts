import type { Provider } from '../../providers/provider';
import { type Operation, one } from './operation';
import { callOptions } from './option-properties';
import { readConversationId, readGivenId } from './parameters';
import { onceTaken, patiently } from './patience';
import { contactIdProperty } from './properties';

/** Operations on what a platform gives an id, where it does; a platform says what it shows, and what it takes along. */

type WithContacts = Provider & {
  getContact(id: string): Promise<object>;
  deleteContact(id: string): Promise<void>;
};
type WithConversations = Provider & { getConversation(id: string): Promise<object> };

const CONTACT_ID = { name: 'contactId', label: 'Contact ID' };

export const getContactOperation: Operation<WithContacts> = {
  resource: 'contact',
  value: 'get',
  name: 'Get',
  action: 'Get a contact',
  description: 'Get a contact with its addresses and attributes',
  parameters: [contactIdProperty, callOptions],
  async work({ context, connection, policy }, item) {
    const id = readGivenId(context, item, CONTACT_ID);
    return one(await patiently(policy, () => connection.provider.getContact(id)));
  },
};

/** A lost answer may have taken the contact away, and a second request finds none. */
export const deleteContactOperation: Operation<WithContacts> = {
  resource: 'contact',
  value: 'delete',
  name: 'Delete',
  action: 'Delete a contact',
  description: 'Delete a contact',
  parameters: [contactIdProperty, callOptions],
  async work({ context, connection, policy }, item) {
    const id = readGivenId(context, item, CONTACT_ID);
    await onceTaken(policy, () => connection.provider.deleteContact(id));
    return one({ deleted: true });
  },
};

/** The conversation is chosen in a way of each platform's own: its parameters come from there. */
export const getConversationOperation: Omit<Operation<WithConversations>, 'parameters'> = {
  resource: 'conversation',
  value: 'get',
  name: 'Get',
  action: 'Get a conversation',
  description: 'Get a conversation',
  async work({ context, connection, policy }, item) {
    const id = readConversationId(context, item);
    return one(await patiently(policy, () => connection.provider.getConversation(id)));
  },
};
