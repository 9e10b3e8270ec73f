import { z } from '@hono/zod-openapi';
import { campaignOfRef, type Ledger, readSendId, results } from '../../ledger';
import { REPLAYED } from '../idempotency';
import type { ApiPorts } from '../ports';
import { ApiProblem } from '../problem';
import { problemOf } from '../problem-of';
import { type Api, isoOrNull, json, jsonBody, OF_PLATFORM, route } from '../route';
import { sendKeyOf } from '../send-key';
import { NewSend, SEND_ID, Send } from '../send-shapes';

const tags = ['Sends'];

const create = route({
  method: 'post',
  path: '/sends',
  tags,
  summary: 'Send one message',
  description:
    'Asks the platform whether the inbox can send it, writes it down and answers: from then on it is not lost, and sent at most once. `Idempotency-Key` is needed, and is the key of the message ' +
    'for good: the same key shows what became of the message, whoever asks. A key that may be a phone number or an e-mail address is kept as a hash. The same limits, suppressions and look-ups hold as for a campaign.',
  scope: 'send',
  body: 'json',
  problems: ['conflict', 'idempotency_key_reused', ...OF_PLATFORM],
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
        .meta({ description: 'Names this message.', examples: ['order-1001'] }),
    }),
    body: jsonBody(NewSend),
  },
  responses: {
    202: {
      ...json(Send, 'It is written down.'),
      headers: z.object({
        [REPLAYED]: z.literal('true').optional().meta({
          description: 'It was written down before, by the same key.',
        }),
      }),
    },
  },
});

const show = route({
  method: 'get',
  path: '/sends/{sendId}',
  tags,
  summary: 'What became of one message',
  description: 'Also of a row of a campaign.',
  scope: 'read',
  problems: ['not_found'],
  request: { params: z.strictObject({ sendId: SEND_ID }) },
  responses: { 200: json(Send, 'How it stands.') },
});

export function sends(app: Api, { ledger, desk }: ApiPorts): void {
  app.openapi(create, async (context) => {
    const { 'idempotency-key': key } = context.req.valid('header');
    const { template, ...message } = context.req.valid('json');
    const { sendId, fresh } = await desk.writeSend({
      ...given(message),
      ...(template === undefined ? {} : { template: given(template) }),
      key: sendKeyOf(key),
    });
    if (!fresh) context.header(REPLAYED, 'true');
    return context.json(await sendOf(ledger, sendId), 202);
  });

  app.openapi(show, async (context) =>
    context.json(await sendOf(ledger, context.req.valid('param').sendId), 200),
  );
}

/** What was not given is left out. */
function given<T extends object>(all: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const there = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** @throws LedgerError, ApiProblem when there is none. */
async function sendOf(ledger: Ledger, sendId: string): Promise<z.output<typeof Send>> {
  const { ref, seq } = readSendId(sendId) ?? { ref: '', seq: 0 };
  const campaign = await campaignOfRef(ledger.db, ref).catch((error: unknown) => {
    throw problemOf(error).code === 'not_found' ? noSuchMessage() : error;
  });
  const { id, name, kind, state, why } = campaign;
  const [row] = await results(ledger, id, { after: seq - 1, until: seq, limit: 1 });
  if (row === undefined && (kind === 'list' || seq > 0)) throw noSuchMessage();
  return {
    ...{ sendId, campaign: name, campaignState: state, why },
    state: row?.state ?? 'pending',
    reason: row?.reason ?? null,
    messageId: row?.message_id ?? null,
    conversationId: row?.conversation_id ?? null,
    delivery: (row?.delivery ?? null) as z.output<typeof Send>['delivery'],
    updatedAt: isoOrNull(row?.updated_at ?? null),
  };
}

const noSuchMessage = (): ApiProblem =>
  new ApiProblem('not_found', 'There is no message of this id.');
