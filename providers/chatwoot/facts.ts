import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import type { AddressKind, Channel } from '../../core/words';
import type { Inbox } from '../provider';
import { readFlag, readOptionalText } from '../read';
import { type Edition, refuse } from './account';
import { CARRIERS, type Carrier } from './marker';

/** What this adapter knows of an inbox beyond the seam; kept as JSON in `Inbox.facts`. */
export interface Facts {
  readonly channelType: string;
  /** Twilio's `sms` or `whatsapp`. */
  readonly medium: string | null;
  /** The server's version; null where it does not tell. */
  readonly version: string | null;
  /** True where that version is only believed, and no probe has shown what the server keeps. */
  readonly assumed: boolean;
  /** One conversation for each session, whatever its status. */
  readonly lock: boolean;
  /** Carriers of the key that this server keeps: by its version, or as the probe has seen. */
  readonly markers: readonly Carrier[];
  /** Whether the list of conversations can be narrowed to one session. */
  readonly sessionFilter: boolean;
  /** Hours after the person's last message in which free text is delivered; advisory on API inboxes. */
  readonly replyWindowHours: number | null;
}

export function factsOf({ facts }: Inbox): Facts {
  const markers = facts['markers'];
  const hours = facts['replyWindowHours'];
  return {
    channelType: readOptionalText(facts, 'channelType') ?? '',
    medium: readOptionalText(facts, 'medium'),
    version: readOptionalText(facts, 'version'),
    assumed: readFlag(facts, 'assumed'),
    lock: readFlag(facts, 'lock'),
    markers: Array.isArray(markers) ? CARRIERS.filter((carrier) => markers.includes(carrier)) : [],
    sessionFilter: readFlag(facts, 'sessionFilter'),
    replyWindowHours: typeof hours === 'number' ? hours : null,
  };
}

export function toJson(facts: Facts): Record<string, Json> {
  return { ...facts, markers: [...facts.markers] };
}

interface ChannelKind {
  readonly channel: Channel;
  readonly addressKinds: readonly AddressKind[];
  readonly template: boolean;
  readonly replyWindow: boolean;
}

const PHONE = ['phone'] as const;

/** Chatwoot's channel classes in the words of the seam; a class that is not here can be listed, not written to. */
export function channelKind(channelType: string, medium: string | null): ChannelKind {
  const whatsapp = {
    channel: 'whatsapp',
    addressKinds: PHONE,
    template: true,
    replyWindow: true,
  } as const;
  const sms = { channel: 'sms', addressKinds: PHONE, template: false, replyWindow: false } as const;
  const plain = { template: false, replyWindow: false } as const;
  switch (channelType) {
    case 'Channel::Whatsapp':
      return whatsapp;
    case 'Channel::TwilioSms':
      return medium === 'whatsapp' ? whatsapp : sms;
    case 'Channel::Sms':
      return sms;
    case 'Channel::Email':
      return { channel: 'mail', addressKinds: ['email'], ...plain };
    case 'Channel::Api':
      return { channel: 'api', addressKinds: ['phone', 'email'], ...plain };
    default:
      return { channel: 'chat', addressKinds: [], ...plain };
  }
}

/**
 * The `source_id` of a person's session in an inbox. On the channels that have addresses it *is* the address that
 * Chatwoot delivers to (Chatwoot v4.15.1, app/builders/contact_inbox_builder.rb); on an API inbox it is free, and one
 * that follows from the contact keeps all campaigns in one session, where Chatwoot would open a new one every time.
 *
 * @throws ProviderError `rejected`/`invalid_address` where the inbox cannot write to such an address.
 */
export function sessionOf(
  edition: Edition,
  { inbox, address, contactId }: { inbox: Inbox; address: Address; contactId: string },
): string {
  if (!inbox.addressKinds.includes(address.kind)) {
    throw refuse(edition, 'invalid_address', `inbox "${inbox.name}" has no such addresses`);
  }
  const { channelType, medium } = factsOf(inbox);
  if (channelType === 'Channel::Api') return `campaign-runner-${contactId}`;
  if (channelType === 'Channel::Whatsapp') return address.value.replace(/^\+/, '');
  return medium === 'whatsapp' ? `whatsapp:${address.value}` : address.value;
}

/** Whether a session says where a message goes: then only one that is proven to be the recipient's may be reused. */
export function sessionIsAddress(inbox: Inbox): boolean {
  return factsOf(inbox).channelType !== 'Channel::Api';
}
