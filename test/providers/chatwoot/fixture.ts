import type { HttpRequest, Json } from '../../../core/http';
import type { Address } from '../../../core/message';
import { inboxOf as toInbox } from '../../../providers/chatwoot/inboxes';
import type { Inbox } from '../../../providers/provider';
import { answer, type Script } from '../../support/scripted-http';

export const KEY = '01KAHZ6W0J5T8Q3R9V2XKEY001';
export const PHONE: Address = { kind: 'phone', value: '+12025550123' };
export const MAIL: Address = { kind: 'email', value: 'ada@example.com' };
export const SETTINGS = { url: 'https://chat.example.com', accountId: '7' };
export const BASE = '/api/v1/accounts/7';

type Row = { [key: string]: Json };

/** An inbox as `listInboxes` describes it on a server of this version. */
export function inboxOf(row: Row, version: string | null = '4.15.1'): Inbox {
  return toInbox({ id: 3, name: 'Support', ...row }, version);
}

export const WHATSAPP = { channel_type: 'Channel::Whatsapp', provider: 'whatsapp_cloud' };
export const SMS = { channel_type: 'Channel::Sms' };
export const API = { channel_type: 'Channel::Api' };

export function contactRow(id: number, more: Row = {}): Row {
  return { id, name: 'Ada', phone_number: PHONE.value, email: null, blocked: false, ...more };
}

export function conversationRow(id: number, more: Row = {}, sender: Row = contactRow(11)): Row {
  return {
    id,
    inbox_id: 3,
    status: 'open',
    can_reply: true,
    custom_attributes: {},
    meta: { sender },
    messages: [],
    last_non_activity_message: null,
    ...more,
  };
}

export function messageRow(id: number, more: Row = {}): Row {
  return {
    id,
    content: 'Your order is ready.',
    message_type: 1,
    private: false,
    status: 'sent',
    source_id: null,
    content_attributes: { external_created_at: 'of-another-send' },
    sender: { id: 1, type: 'user' },
    created_at: 1_795_000_000,
    ...more,
  };
}

export function marked(id: number, key = KEY): Row {
  return messageRow(id, { content_attributes: { campaign_runner: { key, attempt: 1 } } });
}

/** Answers by "METHOD path" below the account; the first prefix that fits. */
export function routes(table: Readonly<Record<string, Script>>): Script {
  return (request, index) => {
    const asked = `${request.method} ${request.path.replace(BASE, '')}`;
    const [, script] = Object.entries(table).find(([route]) => route === asked) ?? [];
    if (script === undefined) throw new Error(`no answer for ${asked}`);
    return script(request, index);
  };
}

export const taken: Script = () =>
  answer({ message: 'Phone number has already been taken', attributes: ['phone_number'] }, 422);

export function page<T>(rows: readonly T[], request: HttpRequest, size: number): T[] {
  const number = Number(request.query?.['page'] ?? 1);
  return rows.slice((number - 1) * size, number * size);
}

/** A conversation's messages, listed as Chatwoot does with `after`. */
export function messageList(rows: readonly Row[]): Script {
  return ({ query }) =>
    answer({
      payload: rows.filter(({ id }) => Number(id) > Number(query?.['after'] ?? 0)).slice(0, 100),
    });
}

export function conversationList(rows: readonly Row[]): Script {
  return (request) => answer({ data: { meta: {}, payload: page(rows, request, 25) } });
}
