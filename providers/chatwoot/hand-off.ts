import type { HttpRequest, Json } from '../../core/http';
import { type Body, readAny } from '../read';
import { type Account, failed } from './account';
import { changeLabels } from './contact-cards';
import { type ConversationCard, conversationPath, getConversation } from './conversation-cards';

/** What is to be changed; what is absent stays. Null takes away. */
export interface ConversationChanges {
  readonly status?: string;
  /** Seconds since the epoch; with the status `snoozed` only. */
  readonly snoozedUntil?: number;
  readonly priority?: string | null;
  readonly teamId?: string | null;
  readonly assigneeId?: string | null;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  /** Written over those of the same names; the others stay. */
  readonly attributes?: Readonly<Record<string, Json>>;
}

/**
 * Changes a conversation, such as to hand it to a person: a call for each thing, each safe to repeat. The status comes first,
 * because opening a conversation assigns it to the token's owner where that is an agent; and the team before the agent,
 * because a team may pick an agent of its own (Chatwoot v4.15.1, app/models/concerns/assignment_handler.rb).
 */
export async function updateConversation(
  account: Account,
  id: string,
  changes: ConversationChanges,
): Promise<ConversationCard> {
  const { status, snoozedUntil, priority, teamId, assigneeId, attributes } = changes;
  const { addLabels = [], removeLabels = [] } = changes;
  if (status !== undefined) {
    const until = snoozedUntil === undefined ? {} : { snoozed_until: snoozedUntil };
    await write(account, id, 'setting the status', '/toggle_status', { status, ...until });
  }
  if (teamId !== undefined) await assign(account, id, 'team', teamId);
  if (assigneeId !== undefined) await assign(account, id, 'assignee', assigneeId);
  if (priority !== undefined) {
    await write(account, id, 'setting the priority', '', { priority }, 'PATCH');
  }
  await changeLabels(account, `/conversations/${encodeURIComponent(id)}`, {
    addLabels,
    removeLabels,
  });
  if (attributes !== undefined) await writeAttributes(account, id, attributes);
  return getConversation(account, id);
}

/** An id that the account does not know takes the assignment away, and is answered with nothing. */
async function assign(
  account: Account,
  id: string,
  whom: 'team' | 'assignee',
  given: string | null,
): Promise<void> {
  const wanted = given === null ? null : Number(given);
  const assigned = await write(account, id, 'assigning a conversation', '/assignments', {
    [`${whom}_id`]: wanted,
  });
  if (wanted === null || readAny(assigned, 'id') === wanted) return;
  const what = whom === 'team' ? 'team' : 'agent';
  throw failed(
    account.edition,
    'not_found',
    `assigning a conversation: the account has no such ${what}, and the conversation has none now`,
  );
}

/** Older servers replace the whole set, newer ones merge where they are told to: both get all of it. */
async function writeAttributes(
  account: Account,
  id: string,
  attributes: Readonly<Record<string, Json>>,
): Promise<void> {
  const { attributes: before } = await getConversation(account, id);
  await write(account, id, 'writing attributes', '/custom_attributes', {
    custom_attributes: { ...before, ...attributes },
    merge: true,
  });
}

async function write(
  account: Account,
  id: string,
  asked: string,
  rest: string,
  json: Json,
  method: HttpRequest['method'] = 'POST',
): Promise<Body> {
  return account.ask({
    asked,
    request: {
      method,
      path: `${conversationPath(account, id)}${rest}`,
      json,
      call: 'conversation',
    },
    read: (body) => body,
  });
}
