import type { Address, Content } from '../core/message';
import type { Contact, Conversation, Inbox, Provider } from '../providers/provider';

export interface EnsureConversation {
  readonly contact: Contact;
  readonly address: Address;
  readonly inbox: Inbox;
  /** Absent where nothing is to be sent: then a closed reply window refuses nobody. */
  readonly content?: Content;
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
  const conversation =
    step.known ?? (await provider.ensureConversation(step.contact, step.address, step.inbox));
  if (conversation.blocked) throw provider.refuse('blocked', 'the contact is blocked');
  if (step.inbox.replyWindow && !conversation.canReply && step.content?.kind === 'text') {
    throw provider.refuse(
      'outside_window',
      'the reply window is closed: only a template reaches this person now',
    );
  }
  return conversation;
}
