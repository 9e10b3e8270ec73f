import type { Address, Content } from '../core/message';
import type { Contact, Conversation, Inbox, Profile, Provider } from '../providers/provider';

export interface EnsureConversation {
  readonly contact: Contact;
  readonly address: Address;
  readonly inbox: Inbox;
  /** Absent where nothing is to be sent: then a closed reply window refuses nobody. */
  readonly content?: Content;
  /** By which some platforms list conversations. */
  readonly profile?: Profile;
  /** The conversation as remembered: then the platform is not asked. */
  readonly known?: Conversation;
}

/**
 * Step two: the conversation that the message goes into, or the knowledge that `sendMessage` is to open one. Safe to
 * repeat. A person whom the platform has blocked, or who cannot be written to freely at this hour, ends here: nothing
 * was sent.
 *
 * @throws ProviderError `rejected` with reason `blocked` or `outside_window`.
 */
export async function ensureConversation(
  provider: Provider,
  step: EnsureConversation,
): Promise<Conversation> {
  if (step.contact.blocked) throw provider.refuse('blocked', 'the contact is blocked');
  const { contact, address, inbox, content, profile } = step;
  const conversation =
    step.known ??
    (await provider.ensureConversation(contact, address, inbox, content?.kind, profile));
  if (conversation.blocked) throw provider.refuse('blocked', 'the contact is blocked');
  if (step.inbox.replyWindow && !conversation.canReply && step.content?.kind === 'text') {
    throw provider.refuse(
      'outside_window',
      'the reply window is closed: only a template reaches this person now',
    );
  }
  return conversation;
}
