import { randomUUID } from 'node:crypto';
import {
  ATTRIBUTES,
  type BirdOptions,
  CHANNELS,
  KEYS,
  type KeySeed,
  PROJECTS,
  type ProjectSeed,
  WORKSPACE,
} from './options';
import type { Channel, Contact, Conversation, Identifier, Message } from './rows';

/** One workspace and everything in it. */
export interface Store {
  readonly options: BirdOptions;
  readonly workspaceId: string;
  readonly keys: readonly KeySeed[];
  readonly channels: ReadonlyMap<string, Channel>;
  readonly projects: readonly ProjectSeed[];
  readonly attributes: NonNullable<BirdOptions['attributes']>;
  readonly contacts: Map<string, Contact>;
  readonly messages: Map<string, Message>;
  readonly conversations: Map<string, Conversation>;
  /** Media that a place was asked for, and whether it was filled. */
  readonly media: Map<string, { readonly contentType: string; filled: boolean }>;
  now(): number;
  nextSeq(): number;
  contactOf(identifier: Identifier): Contact | undefined;
  /** Makes a contact, or gives one an identifier more. */
  own(contact: Contact, identifier: Identifier): void;
  addContact(identifiers: readonly Identifier[]): Contact;
  /** Takes the person and the identifiers away; what was written to them stays. */
  deleteContact(contact: Contact): void;
}

export function createStore(options: BirdOptions): Store {
  const now = options.now ?? Date.now;
  const owners = new Map<string, Contact>();
  const contacts = new Map<string, Contact>();
  let seq = 0;

  function own(contact: Contact, identifier: Identifier): void {
    contact.identifiers.push(identifier);
    owners.set(ownerKey(identifier), contact);
  }

  return {
    options,
    workspaceId: options.workspaceId ?? WORKSPACE,
    keys: options.keys ?? KEYS,
    channels: new Map(
      (options.channels ?? CHANNELS).map((seed): [string, Channel] => [
        seed.id,
        {
          id: seed.id,
          name: seed.name,
          platformId: seed.platformId,
          identifier: seed.identifier ?? null,
          status: seed.status ?? 'active',
          createdMs: now(),
          messages: [],
        },
      ]),
    ),
    projects: options.projects ?? PROJECTS,
    attributes: options.attributes ?? ATTRIBUTES,
    contacts,
    messages: new Map(),
    conversations: new Map(),
    media: new Map(),
    now,
    nextSeq: () => (seq += 1),
    contactOf: (identifier) => owners.get(ownerKey(identifier)),
    own,
    addContact(identifiers) {
      const contact: Contact = {
        id: randomUUID(),
        displayName: null,
        attributes: {},
        identifiers: [],
        listIds: [],
        createdMs: now(),
        updatedMs: now(),
        lastWroteMs: new Map(),
      };
      contacts.set(contact.id, contact);
      for (const identifier of identifiers) own(contact, identifier);
      return contact;
    },
    deleteContact(contact) {
      contacts.delete(contact.id);
      for (const identifier of contact.identifiers) owners.delete(ownerKey(identifier));
    },
  };
}

/** A pair is one person's, whatever the case of a mail address. */
function ownerKey({ key, value }: Identifier): string {
  return `${key} ${value.toLowerCase()}`;
}
