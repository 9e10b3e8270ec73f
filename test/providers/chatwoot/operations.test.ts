import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/http';
import { chatwoot } from '../../../providers/chatwoot';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script, scripted } from '../../support/scripted-http';
import {
  API,
  contactRow,
  conversationList,
  conversationRow,
  inboxOf,
  messageRow,
  routes,
  SETTINGS,
  SMS,
} from './fixture';

function connect(table: Record<string, Script>) {
  const { http, requests } = scripted(routes(table));
  return { provider: chatwoot.connect(http, SETTINGS), requests };
}

describe('messages', () => {
  it('are listed from one on, or the latest', async () => {
    const failed = messageRow(8, {
      message_type: 0,
      status: 'failed',
      content_attributes: { external_error: '131026: no' },
    });
    const { provider, requests } = connect({
      'GET /conversations/42/messages': () => answer({ payload: [failed] }),
    });
    expect(await provider.listMessages('42', '7')).toMatchObject([
      { id: '8', type: 'incoming', status: 'failed', failure: '131026: no', conversationId: '42' },
    ]);
    await provider.listMessages('42');
    expect(requests.map(({ query }) => query)).toEqual([{ after: '7' }, {}]);
  });

  it('of a person can be added to an API inbox, and are no send', async () => {
    const { provider, requests } = connect({
      'POST /conversations/42/messages': () => answer(messageRow(8, { message_type: 0 })),
    });
    expect(await provider.addIncoming('42', { text: 'Thanks' })).toEqual({
      messageId: '8',
      conversationId: '42',
    });
    expect(requests[0]?.json).toEqual({ content: 'Thanks', message_type: 'incoming' });
    expect(requests[0]?.delivers).toBeUndefined();
    const elsewhere = connect({
      'POST /conversations/42/messages': () =>
        answer({ error: 'Incoming messages are only allowed in Api inboxes' }, 422),
    });
    const error = await caught(() => elsewhere.provider.addIncoming('42', { text: 'Thanks' }));
    expect(error).toMatchObject({ code: 'rejected', reason: 'not_allowed' });
  });
});

describe('the probe', () => {
  /** A server that keeps these fields of a note, and may ignore the filters of listings. */
  function server({ keeps, filters }: { keeps: readonly string[]; filters: boolean }) {
    let note: { [key: string]: Json } = {};
    return routes({
      'POST /contacts': () =>
        answer({ message: 'Identifier taken', attributes: ['identifier'] }, 422),
      'POST /contacts/filter': () =>
        answer({ payload: [contactRow(11, { identifier: 'campaign-runner-probe' })] }),
      'GET /contacts/11/conversations': () => answer({ payload: [] }),
      'POST /conversations': () => answer(conversationRow(42)),
      'POST /conversations/42/messages': ({ json }) => {
        const sent = json as { [key: string]: Json };
        const attributes = sent['content_attributes'] as { [key: string]: Json };
        note = messageRow(8, {
          private: true,
          source_id: keeps.includes('source_id') ? (sent['source_id'] ?? null) : null,
          content_attributes: {
            ...(keeps.includes('content_attributes') ? attributes : {}),
            ...(keeps.includes('external_created_at')
              ? { external_created_at: sent['external_created_at'] ?? null }
              : {}),
          },
        });
        return answer(note);
      },
      'GET /conversations/42/messages': ({ query }) =>
        answer({ payload: !filters || Number(query?.['after']) < 8 ? [note] : [] }),
      'GET /conversations': conversationList(filters ? [] : [conversationRow(1)]),
      'DELETE /conversations/42/messages/8': () => plain('', 200),
    });
  }

  it('sees which carriers survive, by a note that is never delivered and then deleted', async () => {
    const { http, requests } = scripted(server({ keeps: ['external_created_at'], filters: true }));
    const inbox = await chatwoot.connect(http, SETTINGS).probe(inboxOf(API, null));
    expect(inbox).toMatchObject({
      lookup: true,
      facts: { markers: ['external_created_at'], sessionFilter: true },
    });
    const note = requests.find(({ path }) => path.endsWith('/messages'));
    expect(note?.json).toMatchObject({ private: true, source_id: 'campaign-runner-probe' });
    expect(requests.some(({ delivers }) => delivers)).toBe(false);
    expect(requests.at(-1)?.method).toBe('DELETE');
  });

  it.each([
    { keeps: [], filters: true },
    { keeps: ['content_attributes'], filters: false },
  ])('proves nothing on a server like %j', async (like) => {
    const { http } = scripted(server(like));
    const inbox = await chatwoot.connect(http, SETTINGS).probe(inboxOf(API, null));
    expect(inbox.lookup).toBe(false);
  });

  it('takes a conversation where nobody may be made up, and no source_id there', async () => {
    const { http, requests } = scripted(server({ keeps: ['content_attributes'], filters: true }));
    const provider = chatwoot.connect(http, SETTINGS);
    const error = await caught(() => provider.probe(inboxOf(SMS, null)));
    expect(error?.code).toBe('invalid_input');
    expect(requests).toEqual([]);
    expect((await provider.probe(inboxOf(SMS, null), '42')).lookup).toBe(true);
    expect(requests[0]?.json).not.toHaveProperty('source_id');
  });
});
