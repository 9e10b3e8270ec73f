import type { Json } from '../../core/http';
import type { Inbox, Template } from '../provider';
import {
  type Body,
  readAny,
  readFields,
  readFlag,
  readId,
  readList,
  readOptionalNumber,
  readOptionalText,
} from '../read';
import { type Account, failed, read } from './account';
import { channelKind, type Facts, toJson } from './facts';
import { carriersKept } from './marker';
import { serverOf } from './server';
import { atLeast } from './version';

/** All inboxes that the token may use, with what the server's version promises about each. */
export async function listInboxes(account: Account): Promise<readonly Inbox[]> {
  const assumed = account.assumedVersion !== undefined;
  const version = account.assumedVersion ?? (assumed ? null : (await serverOf(account)).version);
  return account.ask({
    asked: 'listing inboxes',
    request: read(account.path('/inboxes')),
    read: (body) => readList(body, 'payload').map((row) => inboxOf(row, version, assumed)),
  });
}

/**
 * The templates of a WhatsApp or Twilio inbox, as Chatwoot last fetched them; it sends only what is in this list.
 *
 * @throws ProviderError `not_found` when the account has no such inbox.
 */
export async function listTemplates(
  account: Account,
  inboxId: string,
): Promise<readonly Template[]> {
  const templates = await account.ask({
    asked: 'listing templates',
    request: read(account.path('/inboxes')),
    read: (body) => {
      const row = readList(body, 'payload').find((inbox) => readId(inbox, 'id') === inboxId);
      return row === undefined ? undefined : templatesOf(row);
    },
  });
  if (templates !== undefined) return templates;
  throw failed(account.edition, 'not_found', 'listing templates: no such inbox');
}

/** One row of the list; pure. */
export function inboxOf(row: Body, version: string | null, assumed = false): Inbox {
  const channelType = readOptionalText(row, 'channel_type') ?? '';
  const medium = readOptionalText(row, 'medium');
  const kind = channelKind(channelType, medium);
  const markers = carriersKept(version, channelType);
  // Messages can be listed from an id on since 2.16, conversations by session since 2.17: app/finders.
  const sessionFilter = atLeast(version, '2.17');
  const facts: Facts = {
    channelType,
    medium,
    version,
    assumed,
    lock: readFlag(row, 'lock_to_single_conversation'),
    markers,
    sessionFilter,
    replyWindowHours: kind.replyWindow ? 24 : advisoryWindow(row),
  };
  return {
    id: readId(row, 'id'),
    name: readOptionalText(row, 'name') ?? '',
    channel: kind.channel,
    addressKinds: kind.addressKinds,
    text: true,
    template: kind.template,
    replyWindow: kind.replyWindow,
    lookup: markers.length > 0 && sessionFilter,
    facts: toJson(facts),
  };
}

/** On API inboxes the window is a hint to agents; nothing is held back (app/services/conversations). */
function advisoryWindow(row: Body): number | null {
  const hours = readAny(row, 'additional_attributes.agent_reply_time_window');
  return typeof hours === 'string' && hours !== ''
    ? Number(hours)
    : readOptionalNumber(row, 'additional_attributes.agent_reply_time_window');
}

function templatesOf(row: Body): readonly Template[] {
  const meta = readAny(row, 'message_templates');
  if (Array.isArray(meta)) return meta.map(metaTemplate);
  const twilio = readAny(row, 'content_templates.templates') ?? readAny(row, 'content_templates');
  return Array.isArray(twilio) ? twilio.map(twilioTemplate) : [];
}

function metaTemplate(row: Json): Template {
  const components = readAny(row, 'components');
  const bodyPart = (Array.isArray(components) ? components : []).find(
    (part) => readOptionalText(part, 'type')?.toUpperCase() === 'BODY',
  );
  const body = readOptionalText(bodyPart, 'text') ?? '';
  return template(row, 'name', body, placeholders(body));
}

function twilioTemplate(row: Json): Template {
  const body = readOptionalText(row, 'body') ?? '';
  // Variables may also stand in a header or a button; Twilio names them all here.
  const variables = Object.keys(readFields(row, 'variables'));
  return template(
    row,
    'friendly_name',
    body,
    variables.length > 0 ? variables : placeholders(body),
  );
}

function template(row: Json, name: string, body: string, params: readonly string[]): Template {
  const category = readOptionalText(row, 'category');
  return {
    name: readOptionalText(row, name) ?? '',
    language: readOptionalText(row, 'language') ?? '',
    status: (readOptionalText(row, 'status') ?? '').toLowerCase(),
    ...(category === null ? {} : { category }),
    params,
    body,
  };
}

/** `{{1}}` or `{{name}}`, each once: numbers by value, names as they come. */
function placeholders(body: string): readonly string[] {
  const found = [...body.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map((match) => match[1] ?? '');
  const names = [...new Set(found)];
  return names.every((name) => /^\d+$/.test(name))
    ? names.sort((a, b) => Number(a) - Number(b))
    : names;
}
