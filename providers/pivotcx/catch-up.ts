import type { DeliveryEvent } from '../../core/delivery';
import { ProviderError } from '../../core/errors';
import type { Address } from '../../core/message';
import { parsePhone } from '../../core/phone';
import { type Body, readAny, readOptionalText } from '../read';
import { type Account, pagesOf } from './lists';
import { isNothing, momentOf, phoneOf, readEither } from './rows';
import { PROVIDER } from './settings';

/** The platform's clock may differ from the one that asks. */
const SLACK_MS = 10 * 60_000;

/**
 * What people wrote, where the account's schema lists messages and says when a conversation was last written in: only those
 * that were are read. No document has either list, so every name in them is a setting. What became of a message is told
 * nowhere.
 *
 * @throws ProviderError also where a list goes on behind `searchPages`: what is behind would be missed in silence.
 */
export async function* catchUp(
  account: Account,
  since: number,
): AsyncGenerator<readonly DeliveryEvent[]> {
  const fromMs = since - SLACK_MS;
  const { conversationsPath, conversationActivePath } = account.settings;
  const listed = wholeList(account, 'listing conversations', conversationsPath);
  for await (const row of listed) {
    // Nobody has written there yet.
    if (isNothing(row, conversationActivePath)) continue;
    const active = momentIn(row, conversationActivePath, 'conversationActivePath');
    if (active < fromMs) continue;
    yield await answersIn(account, row, fromMs);
  }
}

async function answersIn(
  account: Account,
  conversation: Body,
  fromMs: number,
): Promise<readonly DeliveryEvent[]> {
  const { settings } = account;
  const id = idOf(conversation);
  const found: DeliveryEvent[] = [];
  const path = settings.messagesPath?.(id) ?? '';
  for await (const row of wholeList(account, 'listing messages', path)) {
    if (readEither(row, settings.messageDirectionPath) !== settings.messageInbound) continue;
    const at = momentIn(row, settings.messageCreatedPath, 'messageCreatedPath');
    // What bears a time to come is told as well: their clock may be ahead by any time.
    if (at < fromMs) continue;
    const messageId = idOf(row);
    found.push({
      id: `${messageId}-replied`,
      kind: 'replied',
      messageId,
      conversationId: id,
      key: null,
      address: addressOf(phoneOf(conversation, settings)),
      at,
      text: readOptionalText(readEither(row, settings.messageTextPath), ''),
    });
  }
  return found;
}

/** Every row of a list. */
async function* wholeList(account: Account, asked: string, path: string): AsyncGenerator<Body> {
  const pages = pagesOf(account, asked, { path, query: {} });
  for (;;) {
    const { value, done } = await pages.next();
    if (!done) {
      yield* value;
      continue;
    }
    if (value.whole) return;
    throw unreadable(`${asked}: the list goes on; see searchPages`);
  }
}

function momentIn(row: Body, path: string, setting: string): number {
  const moment = momentOf(readEither(row, path));
  if (moment !== null) return moment;
  throw unreadable(`a row does not say when it was; see ${setting}`);
}

function idOf(row: Body): string {
  const id = readAny(row, 'id');
  if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return String(id);
  throw unreadable('a row has no id');
}

function addressOf(shown: string | null): Address | null {
  const phone = shown === null ? null : parsePhone(shown);
  return phone?.ok ? { kind: 'phone', value: phone.value } : null;
}

function unreadable(why: string): ProviderError {
  return new ProviderError('unexpected_response', `${PROVIDER}: catching up: ${why}`, {
    provider: PROVIDER,
  });
}
