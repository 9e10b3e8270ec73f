import type { AccountSeed, AgentSeed, InboxSeed, TokenSeed } from './options';
import { DEFAULT_TOKEN } from './options';
import type { DefinedAttribute, Team, TwilioTemplate, WhatsappTemplate } from './rows';

const WHATSAPP_TEMPLATES: readonly WhatsappTemplate[] = [
  {
    name: 'order_update',
    status: 'APPROVED',
    language: 'en',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'Hi {{1}}, your order {{2}} is ready.' }],
  },
  {
    name: 'spring_recall',
    status: 'APPROVED',
    language: 'en_US',
    category: 'MARKETING',
    parameter_format: 'NAMED',
    components: [
      { type: 'BODY', text: 'Hello {{first_name}}, it is time for your visit.' },
      { type: 'FOOTER', text: 'Reply STOP to opt out' },
    ],
  },
  {
    name: 'lottery_win',
    status: 'REJECTED',
    language: 'en',
    category: 'MARKETING',
    parameter_format: 'POSITIONAL',
    components: [{ type: 'BODY', text: 'You have won {{1}}!' }],
  },
];

const TWILIO_TEMPLATES: readonly TwilioTemplate[] = [
  {
    friendly_name: 'order_update',
    content_sid: 'HX00000000000000000000000000000001',
    status: 'approved',
    language: 'en',
    body: 'Hi {{1}}, your order {{2}} is ready.',
    variables: { '1': 'Ana', '2': 'A-1' },
  },
];

/** One inbox of every kind that the runner can meet. */
export const DEFAULT_INBOXES: readonly InboxSeed[] = [
  { id: 1, name: 'Gateway', channelType: 'Channel::Api' },
  {
    id: 2,
    name: 'WhatsApp',
    channelType: 'Channel::Whatsapp',
    phoneNumber: '+12025550190',
    provider: 'whatsapp_cloud',
    templates: WHATSAPP_TEMPLATES,
  },
  {
    id: 3,
    name: 'SMS',
    channelType: 'Channel::Sms',
    phoneNumber: '+12025550191',
    provider: 'default',
  },
  {
    id: 4,
    name: 'Twilio SMS',
    channelType: 'Channel::TwilioSms',
    phoneNumber: '+12025550192',
    medium: 'sms',
  },
  {
    id: 5,
    name: 'Twilio WhatsApp',
    channelType: 'Channel::TwilioSms',
    phoneNumber: '+12025550193',
    medium: 'whatsapp',
    contentTemplates: TWILIO_TEMPLATES,
  },
  { id: 6, name: 'E-mail', channelType: 'Channel::Email' },
  {
    id: 7,
    name: 'Gateway, one conversation',
    channelType: 'Channel::Api',
    lockToSingleConversation: true,
  },
  { id: 8, name: 'Website', channelType: 'Channel::WebWidget' },
];

/** Whom a conversation can be handed to, beside the owner of the token. */
export const DEFAULT_AGENTS: readonly AgentSeed[] = [
  { id: 7, name: 'Emma Woodhouse', email: 'emma@example.org' },
  { id: 8, name: 'Phileas Fogg', email: 'phileas@example.org' },
];

export const DEFAULT_TEAMS: readonly Team[] = [
  { id: 2, name: 'billing', description: 'Questions about invoices', memberIds: [7] },
];

/** One of each kind that a node shows in its own way. */
export const DEFAULT_ATTRIBUTES: readonly DefinedAttribute[] = [
  { of: 'contact', key: 'city', name: 'City', type: 'text' },
  { of: 'contact', key: 'visits', name: 'Visits', type: 'number' },
  { of: 'contact', key: 'plan', name: 'Plan', type: 'list', values: ['free', 'paid'] },
  { of: 'contact', key: 'vip', name: 'VIP', type: 'checkbox' },
  { of: 'contact', key: 'since', name: 'Since', type: 'date' },
  { of: 'conversation', key: 'order', name: 'Order', type: 'text' },
];

export const DEFAULT_ACCOUNTS: readonly AccountSeed[] = [{ id: 1, name: 'Sandbox' }];

export const DEFAULT_TOKENS: readonly TokenSeed[] = [
  { token: DEFAULT_TOKEN, name: 'Sandbox Admin' },
];
