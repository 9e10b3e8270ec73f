import { ProviderError } from '../../core/errors';
import type { Http, HttpResponse, Json } from '../../core/http';
import { type Ask, asker, type Refusal, type Rules } from '../ask';
import { refuses } from '../chatwoot/rules';
import type { Receipt, Send } from '../provider';
import { type Body, readAny, readId, readOptionalText } from '../read';
import { BEVATEL, type Choices } from './settings';
import { templateBody } from './template';

/** The developer API of an account: the one that delivers WhatsApp templates. */
export interface Developer {
  readonly ask: Ask;
  readonly choices: Choices;
}

export function developerOf(http: Http, choices: Choices): Developer {
  return { ask: asker(http, rulesOf(choices)), choices };
}

/**
 * Sends a template. By the person's number, so that it reaches exactly the recipient, whatever number the contact has by
 * now. The contact was made by the other interface before: this one gives a new contact no name.
 */
export async function sendTemplate(
  { ask, choices }: Developer,
  { inbox, address, content, conversation, sendBy }: Send,
): Promise<Receipt> {
  const json: Json = {
    inbox_id: Number(inbox.id),
    contact: { phone_number: address.value },
    message: templateBody(content, choices.templateBody),
  };
  return ask({
    asked: 'sending a template',
    request: {
      method: 'POST',
      path: `${choices.developerPath}/messages`,
      json,
      call: 'message',
      delivers: sendBy === undefined ? {} : { sendBy },
    },
    // Where it says in which conversation it was put, it does not say by which of the two kinds of number.
    read: (body, status) => ({
      messageId: acceptedId(body, status),
      conversationId: conversation.id,
    }),
  });
}

/**
 * The message's id. The documented answer is a 201 with a sentence and none; others bring the message in `data`, or its
 * number as `message_id`. What is none of these is no acceptance that anybody knows.
 *
 * @throws ProviderError `rejected` where the answer itself says that the channel refused the message.
 */
function acceptedId(body: Body, status: number): string | null {
  const failure = readOptionalText(body, 'data.content_attributes.external_error');
  if (failure !== null || readAny(body, 'data.status') === 'failed') {
    throw refusedByChannel(status, failure ?? 'the message has failed');
  }
  for (const path of ['data.id', 'message_id', 'data.message_id']) {
    if (readAny(body, path) !== undefined) return readId(body, path);
  }
  const worded = status === 201 && typeof readAny(body, 'message') === 'string';
  return worded ? null : readId(body, 'data.id');
}

function refusedByChannel(status: number, detail: string): ProviderError {
  return new ProviderError(
    'rejected',
    `${BEVATEL.id}: sending a template: the channel refused it`,
    {
      provider: BEVATEL.id,
      status,
      // Meta's numbers for what is wrong with a template.
      reason: /\b132\d{3}\b/.test(detail) ? 'template' : 'other',
      detail,
    },
  );
}

/**
 * Of its errors only the numbers are known. Whether a 422 may come after the message was stored, as on the other
 * interface, nobody says: so it proves nothing unless the account says otherwise.
 */
function rulesOf({ developer422 }: Choices): Rules {
  const known = (response: HttpResponse, body: Body): Refusal | undefined =>
    response.status === 422 ? (refuses(response, body) ?? { reason: 'other' }) : undefined;
  return { provider: BEVATEL.id, ...(developer422 === 'refused' ? { refuses: known } : {}) };
}
