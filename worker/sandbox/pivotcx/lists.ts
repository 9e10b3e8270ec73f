import type { Answer, Call } from '../platform';
import type { Setup } from './endpoint';
import { notFound, refuse } from './errors';
import { MOUNT } from './options';
import type { Conversation } from './store';
import { conversationView, messageView, nameOf } from './views';

/** `GET …/conversations/`: the newest first; by a part of the contact's name, in any case. */
export function listConversations(setup: Setup, call: Call): Answer {
  const { store, options } = setup;
  const sought = options.ignoresName ? '' : (call.query.get('contact_name__icontains') ?? '');
  const part = sought.toLowerCase();
  const listedUntil = store.now() - (options.conversationAfterMs ?? 0);
  const rows = store.conversations.filter(
    ({ contact }) =>
      contact.createdAt <= listedUntil && nameOf(contact).toLowerCase().includes(part),
  );
  return paged(setup, call, rows.reverse(), (row) => conversationView(setup, row));
}

/** `GET …/conversations/:id/messages/`, which is a guess: the newest first. */
export function listMessages(setup: Setup, call: Call, conversation: Conversation): Answer {
  if (setup.options.listsMessages !== true) throw notFound();
  const rows = [...conversation.messages].reverse();
  return paged(setup, call, rows, (row) => messageView(setup, row, conversation));
}

function paged<Row>(
  { options }: Setup,
  call: Call,
  rows: readonly Row[],
  view: (row: Row) => unknown,
): Answer {
  const { envelope = 'page', pageSize = 100 } = options;
  if (envelope === 'list') return { status: 200, json: rows.map(view) };
  const page = Number(call.query.get('page') ?? 1);
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  if (!Number.isInteger(page) || page < 1 || page > pages) {
    throw refuse(404, { detail: 'Invalid page.' });
  }
  const results = rows.slice((page - 1) * pageSize, page * pageSize).map(view);
  const links = {
    next: page < pages ? linkTo(call, page + 1, options.linkOrigin) : null,
    previous: page > 1 ? linkTo(call, page - 1, options.linkOrigin) : null,
  };
  const json =
    envelope === 'page' ? { count: rows.length, ...links, results } : { ...links, results };
  return { status: 200, json };
}

/** Absolute, with all that was asked, as Django REST framework writes it. */
function linkTo(call: Call, page: number, origin = `http://${call.headers.host ?? ''}`): string {
  const query = new URLSearchParams(call.query);
  query.set('page', String(page));
  return `${origin}${MOUNT}${call.path}?${query.toString()}`;
}
