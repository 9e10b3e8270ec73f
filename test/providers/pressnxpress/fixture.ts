import type { Address, Content } from '../../../core/message';
import { pressnxpress } from '../../../providers/pressnxpress';
import type { Inbox, Profile, Send } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { type Script, scripted } from '../../support/scripted-http';

export const KEY = '01KAHZ6W0J5T8Q3R9V2XKEY001';
export const PHONE: Address = { kind: 'phone', value: '+12025550123' };
export const MAIL: Address = { kind: 'email', value: 'ada@example.org' };
export const SECRETS = { touchpointToken: 'tp-Secret/1', apiKey: 'key-Secret+2' };
export const INBOX: Inbox = {
  id: 'sms',
  name: 'SMS touchpoint',
  channel: 'sms',
  addressKinds: ['phone'],
  text: false,
  template: true,
  replyWindow: false,
  lookup: false,
  asks: ['firstName', 'lastName'],
  facts: {},
};
export const SURVEY: Content = {
  kind: 'template',
  name: 'after a purchase',
  params: { amount: '12.50', SKU: 'A-7' },
};

type Settings = Readonly<Record<string, string>>;

export interface Told {
  readonly content?: Content;
  readonly profile?: Profile;
  readonly address?: Address;
}

/** One message; what became of it, and what was asked. */
export async function enqueue(script: Script, settings: Settings = {}, told: Told = {}) {
  const { http, requests } = scripted(script);
  const provider = pressnxpress.connect(http, settings);
  const [inbox = INBOX] = await provider.listInboxes();
  const { address = PHONE, content = SURVEY, profile = {} } = told;
  const contact = await provider.ensureContact(address, profile, inbox);
  const conversation = await provider.ensureConversation(contact, address, inbox);
  const send: Send = {
    key: KEY,
    attempt: 1,
    inbox,
    address,
    contact,
    conversation,
    content,
    profile,
  };
  let receipt: unknown;
  const error = await caught(async () => {
    receipt = await provider.sendMessage(send);
  });
  return { receipt, error, requests };
}
