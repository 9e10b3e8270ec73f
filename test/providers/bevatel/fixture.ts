import type { Json } from '../../../core/http';
import type { Content } from '../../../core/message';
import { bevatel } from '../../../providers/bevatel';
import { inboxOf as toInbox } from '../../../providers/chatwoot/inboxes';
import { type Inbox, type Send, settingsOf } from '../../../providers/provider';
import { answer, type Script, scripted } from '../../support/scripted-http';
import { KEY, PHONE } from '../chatwoot/fixture';

export const CREDENTIALS = { accountId: '7', token: 'tok-Secret-1' };
export const DEVELOPER = 'POST /developer/api/v1/messages';
export const TEMPLATE: Extract<Content, { kind: 'template' }> = {
  kind: 'template',
  name: 'order_ready',
  language: 'en_US',
  params: { 1: 'Ada', 2: 'A-17' },
};

/** An inbox of a server that is only believed to be of this version. */
export function inboxOf(row: { [key: string]: Json }, version: string | null = '4.8'): Inbox {
  return toInbox({ id: 3, name: 'Support', ...row }, version, true);
}

/** As the adapter lists it: nothing can be proven where templates go another way. */
export const WHATSAPP: Inbox = {
  ...inboxOf({ channel_type: 'Channel::Whatsapp' }),
  lookup: false,
};

export const accepted: Script = () => answer({ message: 'Message created successfully' }, 201);

export function connect(script: Script, settings: Readonly<Record<string, string>> = {}) {
  const { http, requests } = scripted(script);
  const fields = settingsOf(bevatel, { ...CREDENTIALS, ...settings });
  return { provider: bevatel.connect(http, fields), requests };
}

export function sendOf(more: Partial<Send> = {}): Send {
  return {
    key: KEY,
    attempt: 1,
    inbox: WHATSAPP,
    address: PHONE,
    contact: { id: '11', created: false, blocked: false },
    conversation: { id: '42', watermark: '100', canReply: true, blocked: false },
    content: TEMPLATE,
    ...more,
  };
}
