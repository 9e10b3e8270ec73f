import { describe, expect, it } from 'vitest';
import { onChatwoot } from '../support/n8n-chatwoot';

const { sandbox, platforms, bodiesOf } = onChatwoot();

const person = {
  inbox: { mode: 'id', value: '1' },
  recipient: '+12025550123',
  contactName: 'Ada Lovelace',
};
const conversation = (operation: string, more: object = {}) => ({
  resource: 'conversation',
  operation,
  ...more,
});

describe.each(platforms)('%s: conversations', (name, start) => {
  const seed = () => (name === 'Chatwoot' ? sandbox().chatwoot.seed : sandbox().bevatel.seed);
  const opened = async (more: object = {}) =>
    (await start()(conversation('findOrCreate', { ...person, ...more }))).json;

  it('are read by their number, as it is or in an address', async () => {
    const { conversationId, contactId } = await opened();
    const { json } = await start()(conversation('get', { conversationId }));
    expect(json).toMatchObject({
      ...{ id: conversationId, contactId, inboxId: '1', contactName: 'Ada Lovelace' },
      ...{ phone: '+12025550123', status: 'open', labels: [], attributes: {}, assigneeId: null },
    });
    await expect(start()(conversation('get', { conversationId: '99' }))).rejects.toMatchObject({
      httpCode: '404',
    });
    await expect(start()(conversation('get', { conversationId: '' }))).rejects.toThrow(
      "The parameter 'Conversation' is empty",
    );
  });

  it('are listed to the end, whatever their status, and by filters', async () => {
    for (let n = 0; n < 30; n += 1) {
      const phone = `+120255501${String(n).padStart(2, '0')}`;
      seed().incoming({ phone, inboxId: n < 3 ? 2 : 1, content: `number ${n}` });
    }
    const list = async (filters: object, more: object = { returnAll: true }) =>
      (await start()(conversation('getMany', { filters, ...more }))).items.map(({ json }) => json);
    const all = await list({});
    expect(new Set(all.map(({ id }) => id)).size).toBe(30);
    await expect(list({}, { limit: 27 })).resolves.toHaveLength(27);
    await expect(list({ inboxId: '2' })).resolves.toHaveLength(3);
    await expect(list({ text: 'number 29' })).resolves.toMatchObject([
      { lastMessage: 'number 29' },
    ]);
    const { id, contactId } = all[0] ?? {};
    await start()(
      conversation('update', { conversationId: id, updateFields: { status: 'resolved' } }),
    );
    await expect(list({ status: 'resolved' })).resolves.toMatchObject([{ id }]);
    await expect(list({ status: 'open' })).resolves.toHaveLength(29);
    await expect(list({ contactId })).resolves.toMatchObject([{ id, status: 'resolved' }]);
    await expect(list({ contactId, status: 'open' })).resolves.toEqual([]);
    await expect(list({ contactId, inboxId: '9' })).resolves.toEqual([]);
    await expect(list({ assigned: 'assigned' })).resolves.toEqual([]);
  });

  it('are handed to a team and a person: opened first, and the person last', async () => {
    const { conversationId } = await opened();
    const place = { conversationId, updateFields: { status: 'pending' } };
    await start()(conversation('update', place));
    const { json } = await start()(
      conversation('update', {
        conversationId,
        updateFields: {
          assignee: { mode: 'list', value: '7' },
          team: { mode: 'id', value: '2' },
          ...{ status: 'open', priority: 'urgent', addLabels: 'escalated' },
        },
        attributes: { attribute: [{ name: 'order', type: 'text', value: 'A-7' }] },
      }),
    );
    expect(json).toMatchObject({
      ...{
        status: 'open',
        priority: 'urgent',
        labels: ['escalated'],
        attributes: { order: 'A-7' },
      },
      ...{ assigneeId: '7', assigneeName: 'Emma Woodhouse', teamId: '2', teamName: 'billing' },
    });
    expect(bodiesOf('/assignments')).toEqual([{ team_id: 2 }, { assignee_id: 7 }]);
    expect(bodiesOf('/toggle_status')).toEqual([{ status: 'pending' }, { status: 'open' }]);
    const mine = conversation('getMany', { filters: { assigned: 'assigned', teamId: '2' } });
    expect((await start()(mine)).items).toMatchObject([{ json: { id: conversationId } }]);
  });

  it('are taken from everybody by (Nobody), and by nothing else', async () => {
    const { conversationId } = await opened();
    const assignee = (value: string) => ({ assignee: { mode: 'list', value } });
    const update = async (value: string) =>
      (await start()(conversation('update', { conversationId, updateFields: assignee(value) })))
        .json;
    expect(await update('8')).toMatchObject({ assigneeName: 'Phileas Fogg' });
    expect(await update('0')).toMatchObject({ assigneeId: null, assigneeName: null });
    expect(bodiesOf('/assignments')).toEqual([{ assignee_id: 8 }, { assignee_id: null }]);
    const empty = conversation('update', { conversationId, updateFields: assignee('') });
    await expect(start()(empty)).rejects.toThrow("The 'Assignee' is no ID");
    const unknown = conversation('update', { conversationId, updateFields: assignee('99') });
    await expect(start()(unknown)).rejects.toThrow(
      'no such agent, and the conversation has none now',
    );
  });

  it('keep the attributes that are not given', async () => {
    const { conversationId } = await opened();
    const update = (value: object) =>
      start()(
        conversation('update', {
          conversationId,
          customAttributes: { mappingMode: 'defineBelow', schema: [], value },
        }),
      );
    await update({ order: 'A-7', step: 1 });
    const { json } = await update({ step: 2 });
    expect(json['attributes']).toEqual({ order: 'A-7', step: 2 });
  });

  it('sleep until a moment, which needs its status', async () => {
    const { conversationId } = await opened();
    const snoozedUntil = '2026-12-24T10:00:00Z';
    const { json } = await start()(
      conversation('update', { conversationId, updateFields: { status: 'snoozed', snoozedUntil } }),
    );
    expect(json).toMatchObject({
      status: 'snoozed',
      snoozedUntil: Date.parse(snoozedUntil) / 1_000,
    });
    const awake = conversation('update', { conversationId, updateFields: { snoozedUntil } });
    await expect(start()(awake)).rejects.toThrow('needs the status Snoozed');
    await expect(start()(conversation('update', { conversationId }))).rejects.toThrow(
      'nothing to change',
    );
  });

  it('lose their priority by None', async () => {
    const { conversationId } = await opened();
    const update = async (priority: string) =>
      (await start()(conversation('update', { conversationId, updateFields: { priority } }))).json;
    expect(await update('high')).toMatchObject({ priority: 'high' });
    expect(await update('none')).toMatchObject({ priority: null });
  });
});
