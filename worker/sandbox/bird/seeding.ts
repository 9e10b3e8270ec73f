import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { isFields } from '../body';
import type { Fields, Value } from '../platform';
import { insert } from './commit';
import type { Setup } from './endpoint';
import { checkIdentifier, identify } from './people';
import type { Channel, Contact, Conversation, Failure, Message } from './rows';
import { textIn } from './shape';
import { contactView, messageView } from './views';

export interface SeedMessage {
  readonly channelId: string;
  /** A phone number or an e-mail address; a contact is made where there is none. */
  readonly address: string;
  readonly text?: string;
  /** Of somebody else's message that was sent by this channel. */
  readonly reference?: string;
  readonly tags?: readonly string[];
  readonly status?: string;
  /** How long ago; 0 by default. */
  readonly ageMs?: number;
}

export interface Seeding {
  /** Makes a contact with these attributes, or changes the one that has the address. */
  contact(address: string, fields?: Fields): Contact;
  /** A message from the person: opens the window of WhatsApp. */
  incoming(seed: SeedMessage): Message;
  /** A message that others sent by the same channel; it is not counted. */
  outgoing(seed: SeedMessage, times?: number): Message;
  /** Changes what a message became. */
  status(messageId: string, status: string, failure?: Failure | null): void;
  /** Notes that the person has read, opened or clicked. */
  interaction(messageId: string, type: string): void;
  conversation(conversationId: string, status: string): Conversation;
}

/** Puts people and messages into the store, past every fault and limit. Throws an Error for a bad seed. */
export function createSeeding(setup: () => Setup): Seeding {
  function place({ channelId, address }: SeedMessage) {
    const channel = setup().store.channels.get(channelId);
    if (channel === undefined) throw new Error(`there is no channel ${channelId}`);
    return { channel, ...identify(setup(), { identifierValue: address }, 'seed', channel) };
  }

  function put(
    seed: SeedMessage,
    direction: Message['direction'],
    { channel, contact, identifier }: ReturnType<typeof place>,
  ): Message {
    const { store } = setup();
    const createdMs = store.now() - (seed.ageMs ?? 0);
    const message: Message = {
      id: randomUUID(),
      seq: store.nextSeq(),
      channelId: channel.id,
      contactId: contact.id,
      identifier,
      direction,
      reference: seed.reference ?? null,
      tags: seed.tags ?? [],
      content: { body: { type: 'text', text: { text: seed.text ?? 'Hello' } } },
      createdMs,
      status: seed.status ?? 'delivered',
      statusMs: createdMs,
      failure: null,
      conversationId: null,
      interactions: [],
      hidden: false,
    };
    insert(store.messages, channel, message);
    const { tell } = setup();
    if (direction === 'incoming') tell.answer(message);
    else tell.status(message);
    return message;
  }

  function messageOf(id: string): Message {
    const message = setup().store.messages.get(id);
    if (message === undefined) throw new Error(`there is no message ${id}`);
    return message;
  }

  return {
    contact(address, fields = {}) {
      const { store } = setup();
      const key = address.includes('@') ? 'emailaddress' : 'phonenumber';
      const identifier = checkIdentifier({ key, value: address }, 'seed');
      const contact = store.contactOf(identifier) ?? store.addContact([identifier]);
      contact.attributes = { ...contact.attributes, ...fields };
      return contact;
    },
    incoming(seed) {
      const at = place(seed);
      const message = put(seed, 'incoming', at);
      noteWriting(at.channel, at.contact, message.createdMs);
      return message;
    },
    outgoing(seed, times = 1) {
      const at = place(seed);
      let message = put(seed, 'outgoing', at);
      for (let more = 1; more < times; more += 1) message = put(seed, 'outgoing', at);
      return message;
    },
    status(messageId, status, failure = null) {
      const { store, tell } = setup();
      const message = messageOf(messageId);
      message.status = status;
      message.statusMs = store.now();
      message.failure = failure;
      tell.status(message);
    },
    interaction(messageId, type) {
      const { store, tell } = setup();
      const message = messageOf(messageId);
      const interaction = { id: randomUUID(), type, atMs: store.now() };
      message.interactions.push(interaction);
      tell.interaction(message, interaction);
    },
    conversation(conversationId, status) {
      const conversation = setup().store.conversations.get(conversationId);
      if (conversation === undefined) throw new Error(`there is no conversation ${conversationId}`);
      conversation.status = status;
      return conversation;
    },
  };
}

function noteWriting(channel: Channel, contact: Contact, atMs: number): void {
  contact.lastWroteMs.set(channel.id, Math.max(contact.lastWroteMs.get(channel.id) ?? 0, atMs));
}

/**
 * The same over HTTP, below `/_sandbox/bird`: `POST contacts` (`{address, attributes}`), `POST incoming` and `POST outgoing`
 * (`{channel_id, address, text, reference, age_seconds, times}`), `PATCH messages/:id` (`{status}` or `{interaction}`).
 */
export function seedingRoutes(seeding: Seeding, setup: () => Setup): Hono {
  const app = new Hono();
  app.post('/contacts', async (c) => {
    const { address, attributes } = asFields(await c.req.json<Value>());
    return c.json(contactView(seeding.contact(textIn(address), asFields(attributes))));
  });
  app.post('/incoming', async (c) => {
    const message = seeding.incoming(seedFrom(asFields(await c.req.json<Value>())));
    return c.json(messageView(setup().store, message) as Value);
  });
  app.post('/outgoing', async (c) => {
    const fields = asFields(await c.req.json<Value>());
    const message = seeding.outgoing(seedFrom(fields), Number(fields.times ?? 1));
    return c.json(messageView(setup().store, message) as Value);
  });
  app.patch('/messages/:id', async (c) => {
    const { status, interaction } = asFields(await c.req.json<Value>());
    if (typeof status === 'string') seeding.status(c.req.param('id'), status);
    if (typeof interaction === 'string') seeding.interaction(c.req.param('id'), interaction);
    return c.json({ changed: true });
  });
  return app;
}

function asFields(value: Value | undefined): Fields {
  return value !== undefined && isFields(value) ? value : {};
}

function seedFrom(fields: Fields): SeedMessage {
  const { text, reference, status } = fields;
  return {
    channelId: textIn(fields.channel_id),
    address: textIn(fields.address),
    ageMs: Number(fields.age_seconds ?? 0) * 1000,
    ...(typeof text === 'string' ? { text } : {}),
    ...(typeof reference === 'string' ? { reference } : {}),
    ...(typeof status === 'string' ? { status } : {}),
  };
}
