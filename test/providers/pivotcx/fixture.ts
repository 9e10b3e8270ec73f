import type { HttpRequest, Json } from '../../../core/http';
import type { Address } from '../../../core/message';
import { pivotcx } from '../../../providers/pivotcx';
import type { Inbox, Profile } from '../../../providers/provider';
import { answer, plain, type Script, scripted } from '../../support/scripted-http';

export const KEY = '01KAHZ6W0J5T8Q3R9V2XKEY001';
export const PHONE: Address = { kind: 'phone', value: '+12025550123' };
export const STRANGER = '+12025550199';
export const ADA: Profile = { firstName: 'Ada', lastName: 'Lovelace' };
export const SETTINGS = { url: 'https://pivot.example.org', userId: '7', teamId: '42' };
export const TEAM = '/v1/users/7/teams/42';
export const CONVERSATIONS = `${TEAM}/conversations/`;
export const CONTACTS = `${TEAM}/contacts/`;
export const SEND = `${TEAM}/conversations/900/send_message/`;
export const INBOX: Inbox = {
  id: '42',
  name: 'team 42',
  channel: 'sms',
  addressKinds: ['phone'],
  text: true,
  template: false,
  replyWindow: false,
  lookup: false,
  asks: ['firstName', 'lastName', 'email'],
  facts: {},
};

type Row = { [key: string]: Json };
type Settings = Readonly<Record<string, string>>;

/** A conversation as it is listed, with its contact in it. */
export function row(id: number, number: string = PHONE.value, contactId = 11): Row {
  return { id, contactName: 'Ada Lovelace', contact: { id: contactId, primaryPhone: { number } } };
}

/** An envelope with counted pages, and a link to the next. */
export function page(rows: readonly Row[], next: string | null = null) {
  return answer({ count: rows.length, next, previous: null, results: [...rows] });
}

/** So many pages of strangers, then one with these rows; links as a server on the account's own address writes them. */
export function afterPages(strangers: number, rows: readonly Row[]): Script {
  return ({ query }) => {
    const number = Number(query?.['page'] ?? 1);
    if (number > strangers) return page(rows);
    const next = `${SETTINGS.url}${CONVERSATIONS}?contact_name__icontains=Lovelace&page=${number + 1}`;
    return page([row(number, STRANGER, 99)], next);
  };
}

/** Answers by "METHOD path", each time the next one of a list, the last one for ever. */
export function routes(table: Readonly<Record<string, Script | readonly Script[]>>): Script {
  const asked = new Map<string, number>();
  return (request, index) => {
    const route = `${request.method} ${request.path}`;
    const scripts = [table[route] ?? []].flat();
    const times = asked.get(route) ?? 0;
    asked.set(route, times + 1);
    const script = scripts[Math.min(times, scripts.length - 1)];
    if (script === undefined) throw new Error(`no answer for ${route}`);
    return script(request, index);
  };
}

export function connect(script: Script, settings: Settings = {}) {
  const { http, requests } = scripted(script);
  return { provider: pivotcx.connect(http, { ...SETTINGS, ...settings }), requests };
}

export const created: Script = () => answer({ id: 11, firstName: 'Ada' }, 201);
export const taken: Script = () =>
  answer({ primaryPhone: { number: ['A contact with this number already exists.'] } }, 400);
export const empty: Script = () => page([]);
export const nothing: Script = () => plain('', 204);

export function asked(requests: readonly HttpRequest[]): string[] {
  return requests.map(({ method, path }) => `${method} ${path}`);
}
