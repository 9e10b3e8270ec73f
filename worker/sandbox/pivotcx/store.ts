/** A number or an e-mail with the evidence of its opt-in. */
export interface OptIn {
  readonly optIn: boolean;
  readonly optInMethod: string;
  readonly optInDetail: string;
}

export interface Contact {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly primaryPhone: OptIn & { readonly number: string };
  readonly primaryEmail: (OptIn & { readonly address: string }) | null;
  readonly createdAt: number;
}

export interface Message {
  readonly id: number;
  readonly message: string;
  readonly direction: 'inbound' | 'outbound';
  readonly createdAt: number;
}

/** One for each contact, made together with it. */
export interface Conversation {
  readonly id: number;
  readonly contact: Contact;
  readonly messages: Message[];
}

export interface Store {
  readonly conversations: readonly Conversation[];
  readonly stopped: Set<string>;
  now(): number;
  contactOf(number: string): Contact | undefined;
  conversation(id: number): Conversation | undefined;
  /** Contact and conversation. Does not look whether the number is taken. */
  add(contact: Omit<Contact, 'id' | 'createdAt'>): Contact;
  addMessage(
    conversation: Conversation,
    message: string,
    direction?: Message['direction'],
  ): Message;
  conversationWith(number: string): Conversation | undefined;
}

export function createStore(stopped: readonly string[], now: () => number): Store {
  const conversations: Conversation[] = [];
  const byNumber = new Map<string, Contact>();
  const byId = new Map<number, Conversation>();
  let contacts = 1000;
  let messages = 50_000;
  return {
    conversations,
    stopped: new Set(stopped),
    now,
    contactOf: (number) => byNumber.get(number),
    conversation: (id) => byId.get(id),
    add(fields) {
      contacts += 1;
      const contact = { ...fields, id: contacts, createdAt: now() };
      const conversation = { id: 2000 + contacts, contact, messages: [] };
      conversations.push(conversation);
      byId.set(conversation.id, conversation);
      if (!byNumber.has(fields.primaryPhone.number)) {
        byNumber.set(fields.primaryPhone.number, contact);
      }
      return contact;
    },
    conversationWith(number) {
      const contact = byNumber.get(number);
      return contact === undefined ? undefined : byId.get(2000 + contact.id);
    },
    addMessage(conversation, message, direction = 'outbound') {
      messages += 1;
      const made = { id: messages, message, direction, createdAt: now() };
      conversation.messages.push(made);
      return made;
    },
  };
}
