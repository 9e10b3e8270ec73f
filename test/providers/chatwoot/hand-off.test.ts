import { describe, expect, it } from 'vitest';
import { chatwoot } from '../../../providers/chatwoot';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script, scripted } from '../../support/scripted-http';
import { BASE, conversationRow, messageRow, routes, SETTINGS } from './fixture';

function connect(table: Record<string, Script>) {
  const { http, requests } = scripted(routes(table));
  return { provider: chatwoot.connect(http, SETTINGS), requests };
}

const ok: Script = () => answer({});
const conversation: Record<string, Script> = {
  'GET /conversations/42': () =>
    answer(conversationRow(42, { custom_attributes: { order: 'A-7' }, labels: ['vip'] })),
  'POST /conversations/42/toggle_status': ok,
  'POST /conversations/42/assignments': ({ json }) =>
    answer({ id: Object.values(json as object)[0] }),
  'PATCH /conversations/42': ok,
  'GET /conversations/42/labels': () => answer({ payload: ['vip'] }),
  'POST /conversations/42/labels': () => answer({ payload: [] }),
  'POST /conversations/42/custom_attributes': ok,
};

describe('handing a conversation over', () => {
  it('writes the status first, then the team, then the agent, and delivers nothing', async () => {
    const { provider, requests } = connect(conversation);
    const card = await provider.updateConversation('42', {
      ...{ assigneeId: '7', teamId: '2', status: 'open', priority: 'high' },
      ...{ addLabels: ['new'], removeLabels: ['vip'], attributes: { step: 1 } },
    });
    expect(card).toMatchObject({ id: '42', contactId: '11', labels: ['vip'] });
    const writes = requests.filter(({ method }) => method !== 'GET');
    expect(
      writes.map(({ path, json }) => [path.replace(`${BASE}/conversations/42`, ''), json]),
    ).toEqual([
      ['/toggle_status', { status: 'open' }],
      ['/assignments', { team_id: 2 }],
      ['/assignments', { assignee_id: 7 }],
      ['', { priority: 'high' }],
      ['/labels', { labels: ['new'] }],
      // All of them, for servers that replace the whole set.
      ['/custom_attributes', { custom_attributes: { order: 'A-7', step: 1 }, merge: true }],
    ]);
    expect(requests.some(({ delivers }) => delivers !== undefined)).toBe(false);
  });

  it('writes no labels where nothing changes', async () => {
    const { provider, requests } = connect(conversation);
    await provider.updateConversation('42', { addLabels: ['vip'], removeLabels: ['spam'] });
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it.each(['assigneeId', 'teamId'] as const)('says so where %s names nobody', async (whom) => {
    const { provider } = connect({
      ...conversation,
      'POST /conversations/42/assignments': () => answer(null),
    });
    const error = await caught(() => provider.updateConversation('42', { [whom]: '99' }));
    expect(error).toMatchObject({ code: 'not_found', provider: 'chatwoot' });
    await expect(provider.updateConversation('42', { [whom]: null })).resolves.toBeDefined();
  });
});

describe('what is put into a conversation and reaches nobody', () => {
  const added = connect({
    'POST /conversations/42/messages': () => answer(messageRow(8)),
    'DELETE /conversations/42/messages/8': () => plain('', 200),
    'PATCH /conversations/42/messages/8': () => answer(messageRow(8)),
    'DELETE /contacts/11': () => plain('', 200),
  });

  it('is a private note, without Liquid, and with its files in a form', async () => {
    await added.provider.addNote('42', { text: 'for {{ contact.name }}' });
    expect(added.requests.at(-1)?.json).toEqual({
      ...{ message_type: 'outgoing', private: true },
      content: expect.not.stringContaining('{{ contact'),
    });
    const file = { filename: 'p.png', contentType: 'image/png', bytes: new Uint8Array([1]) };
    await added.provider.addNote('42', { text: '', attachments: [file] });
    expect(added.requests.at(-1)?.multipart).toEqual([
      { name: 'content', value: '' },
      { name: 'message_type', value: 'outgoing' },
      { name: 'private', value: 'true' },
      { name: 'attachments[]', ...file },
    ]);
  });

  it('is what became of a message, or its end', async () => {
    await added.provider.setMessageStatus('42', '8', { status: 'failed', error: 'no' });
    expect(added.requests.at(-1)?.json).toEqual({ status: 'failed', external_error: 'no' });
    await added.provider.deleteMessage('42', '8');
    await added.provider.deleteContact('11');
    expect(added.requests.some(({ delivers }) => delivers !== undefined)).toBe(false);
  });
});
