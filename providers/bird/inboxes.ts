import type { AddressKind, Channel } from '../../core/words';
import type { Identity, Inbox } from '../provider';
import { type Body, readId, readOptionalText } from '../read';
import { type Account, read, segment } from './account';
import { type List, readPage, readRows } from './pages';

/** Every channel of the workspace; those that nothing can be sent by have no kind of address. */
export async function listInboxes(account: Account): Promise<readonly Inbox[]> {
  const rows = await readRows(account, channels(account));
  // A list that begins again shows some twice.
  return [...new Map(rows.map((inbox) => [inbox.id, inbox])).values()];
}

/** @throws ProviderError `not_found`. */
export async function getChannel(account: Account, id: string): Promise<Inbox> {
  return account.ask({
    asked: 'reading a channel',
    request: read(account, `/channels/${segment(id)}`),
    read: (body) => inboxOf(account, body),
  });
}

/** The list of all channels. */
export const channels = (account: Account): List<Inbox> => ({
  asked: 'listing channels',
  path: '/channels',
  row: (row) => inboxOf(account, row),
});

const PHONE = ['phone'] as const;
const KINDS: Readonly<Record<string, { channel: Channel; addressKinds: readonly AddressKind[] }>> =
  {
    sms: { channel: 'sms', addressKinds: PHONE },
    whatsapp: { channel: 'whatsapp', addressKinds: PHONE },
    email: { channel: 'mail', addressKinds: ['email'] },
  };
const OTHER = { channel: 'chat', addressKinds: [] } as const;

/** One channel: a sender on a platform (bird docs, channels-api). Pure. */
export function inboxOf({ settings }: Account, row: Body): Inbox {
  const platformId = readOptionalText(row, 'platformId') ?? '';
  const status = readOptionalText(row, 'status') ?? 'active';
  const name = readOptionalText(row, 'name') ?? '';
  const { channel, addressKinds } = KINDS[platformId.toLowerCase()] ?? OTHER;
  // Only an active channel sends (seed document of this platform). The name is where a person sees why.
  const active = status.toLowerCase() === 'active';
  return {
    id: readId(row, 'id'),
    name: active ? name : `${name} (${status})`,
    channel,
    addressKinds: active ? addressKinds : [],
    // A mail needs a subject, and a text has none.
    text: channel !== 'mail' || settings.mailSubject !== '',
    template: true,
    replyWindow: channel === 'whatsapp',
    lookup: true,
    facts: { platformId, status },
  };
}

/** Reads whose refusal is worth a sentence: a key may do the one and not the other (bird docs, access policies). */
const NEEDED = [
  ['/contacts', 'contacts', 'people cannot be created or found'],
  ['/projects', 'templates', 'their list stays empty; sending them needs no list'],
] as const;

/**
 * Whose key it is, and what it may not do. A workspace has no name that a key can read.
 *
 * @throws ProviderError `auth_failed` when the key is not accepted for this workspace.
 */
export async function identify(account: Account): Promise<Identity> {
  const { rows } = await readPage(account, { ...channels(account), query: { limit: 1 } });
  const [first] = rows;
  const warnings: string[] = [];
  for (const [path, what, then] of NEEDED) {
    if (await isForbidden(account, path)) {
      warnings.push(`The access key may not read ${what}: ${then}.`);
    }
  }
  if (
    first !== undefined &&
    (await isForbidden(account, `/channels/${segment(first.id)}/messages`))
  ) {
    warnings.push(
      'The access key may not list messages: a lost answer cannot be looked up, and stays unknown.',
    );
  }
  if (first === undefined) warnings.push('The workspace has no channel that the key may see.');
  return { name: `workspace ${account.settings.workspaceId}`, warnings };
}

async function isForbidden(account: Account, path: string): Promise<boolean> {
  return account.ask({
    asked: 'asking what the key may do',
    request: read(account, path, { limit: 1 }),
    // Only a refusal of the key is of interest here, and nothing of what is in the answer.
    expects: () => true,
    read: (_body, status) => status === 401 || status === 403,
  });
}
