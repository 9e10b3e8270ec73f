/**
 * activities: the three steps of a send, the same for a campaign, a single send and an n8n node. They hold what is true
 * on every platform; what differs is in the provider.
 */
import type { Address } from '../core/message';
import type { Contact, Inbox, Profile, Provider } from '../providers/provider';

export interface EnsureContact {
  readonly address: Address;
  readonly profile: Profile;
  readonly inbox: Inbox;
  /** The contact as remembered from an earlier step or campaign: then the platform is not asked. */
  readonly known?: Contact;
}

/**
 * Step one: the platform's contact for an address, found or created. Safe to repeat.
 *
 * @throws ProviderError `rejected`/`invalid_address` when this inbox cannot write to this kind of address.
 */
export async function ensureContact(provider: Provider, step: EnsureContact): Promise<Contact> {
  refuseOtherAddressKinds(provider, step);
  return step.known ?? (await provider.ensureContact(step.address, step.profile, step.inbox));
}

function refuseOtherAddressKinds(provider: Provider, { address, inbox }: EnsureContact): void {
  if (inbox.addressKinds.includes(address.kind)) return;
  throw provider.refuse(
    'invalid_address',
    `inbox "${inbox.name}" cannot write to ${address.kind === 'email' ? 'an e-mail address' : 'a phone number'}`,
  );
}
