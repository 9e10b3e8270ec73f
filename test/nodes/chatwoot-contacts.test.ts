import { describe, expect, it } from 'vitest';
import { onChatwoot } from '../support/n8n-chatwoot';

const { sandbox, platforms } = onChatwoot();

const recipient = '+12025550123';
const person = { inbox: { mode: 'id', value: '1' }, recipient, contactName: 'Ada Lovelace' };
const contact = (operation: string, more: object = {}) => ({
  resource: 'contact',
  operation,
  ...more,
});

describe.each(platforms)('%s: contacts', (name, start) => {
  const made = async (more: object = {}) =>
    (await start()(contact('createOrFind', { ...person, ...more }))).json['contactId'];

  it('are created with attributes of their own types, from the list and by name', async () => {
    const contactId = await made({
      customAttributes: {
        ...{ mappingMode: 'defineBelow', schema: [] },
        value: { visits: 3, vip: true, plan: '', since: null, city: 'Paris' },
      },
      attributes: {
        attribute: [
          { name: 'city', type: 'text', value: 'London' },
          { name: 'floor', type: 'number', value: '2' },
          { name: 'quiet', type: 'boolean', value: 'no' },
        ],
      },
    });
    const { json } = await start()(contact('get', { contactId }));
    // What is empty is not written, and what is given by name wins.
    expect(json['attributes']).toEqual({
      ...{ visits: 3, vip: true, city: 'London', floor: 2, quiet: false },
    });
  });

  it('take attributes from the item, those of the list that are not taken out of it and no others', async () => {
    const field = (id: string, removed = false) => ({ id, displayName: id, removed });
    const json = () => ({ city: 'Paris', plan: 'paid', visits: 3, phone: 'secret' });
    const mapped = async (schema: object[]) => {
      const customAttributes = { mappingMode: 'autoMapInputData', value: null, schema };
      const made = contact('createOrFind', { ...person, customAttributes });
      await start()(made, { json });
      const [created] = sandbox()
        .requests()
        .filter(({ method, path }) => method === 'POST' && path.endsWith('/contacts'));
      sandbox().reset();
      return JSON.parse(String(created?.body)).custom_attributes;
    };
    const listed = [field('city'), field('plan', true), field('visits'), field('vip')];
    expect(await mapped(listed)).toEqual({ city: 'Paris', visits: 3 });
    expect(await mapped([])).toBeUndefined();
  });

  it('refuse an attribute that is not of its type before any request', async () => {
    for (const [type, value] of [
      ['number', 'many'],
      ['boolean', 'perhaps'],
    ] as const) {
      const attributes = { attribute: [{ name: 'x', type, value }] };
      await expect(made({ attributes })).rejects.toThrow(/^The attribute 'x' is n/);
    }
    expect(
      sandbox()
        .requests()
        .filter(({ method }) => method === 'POST'),
    ).toEqual([]);
  });

  it('are found by exactly their address, and nobody else is', async () => {
    const contactId = await made();
    await made({ recipient: '+12025550124', contactName: 'Grace +12025550123' });
    const search = contact('search', {
      recipient: '202-555-0123',
      options: { defaultCountry: 'us' },
    });
    const { items } = await start()(search);
    expect(items.map(({ json }) => json['id'])).toEqual([contactId]);
    const nobody = await start()(contact('search', { recipient: 'nobody@example.org' }));
    expect(nobody.items).toEqual([]);
  });

  it('are listed to the end, up to a limit, by a text and by a label', async () => {
    const seed = name === 'Chatwoot' ? sandbox().chatwoot.seed : sandbox().bevatel.seed;
    for (let n = 0; n < 32; n += 1) {
      seed.contact({ name: `P${n}`, phone_number: `+120255501${String(n).padStart(2, '0')}` });
    }
    const { items: all } = await start()(contact('getMany', { returnAll: true }));
    expect(new Set(all.map(({ json }) => json['name'])).size).toBe(32);
    expect((await start()(contact('getMany', { limit: 20 }))).items).toHaveLength(20);
    const some = contact('getMany', { filters: { text: 'p3', sort: 'name' } });
    const { items } = await start()(some);
    expect(items.map(({ json }) => json['name'])).toEqual(['P3', 'P30', 'P31']);
    await start()(
      contact('update', { contactId: all[0]?.json['id'], updateFields: { addLabels: 'vip' } }),
    );
    const labelled = await start()(contact('getMany', { filters: { label: 'vip' } }));
    expect(labelled.items.map(({ json }) => json['id'])).toEqual([all[0]?.json['id']]);
  });

  it('are changed in what is given, and in nothing else', async () => {
    const contactId = await made();
    const { json } = await start()(
      contact('update', {
        contactId,
        updateFields: {
          ...{ name: 'Ada King', email: 'ADA@example.org', phone: '(202) 555-0188' },
          ...{ company: 'Engines', city: 'London', blocked: true, identifier: 'c-7' },
        },
        options: { defaultCountry: 'US' },
        attributes: { attribute: [{ name: 'plan', type: 'text', value: 'paid' }] },
      }),
    );
    const changed = {
      ...{ id: contactId, name: 'Ada King', email: 'ada@example.org', phone: '+12025550188' },
      ...{ identifier: 'c-7', blocked: true, attributes: { plan: 'paid' } },
      additionalAttributes: { company_name: 'Engines', city: 'London' },
    };
    expect(json).toMatchObject(changed);
    const emptied = contact('update', { contactId, updateFields: { email: '', blocked: false } });
    const after = { ...changed, email: null, blocked: false };
    expect((await start()(emptied)).json).toMatchObject(after);
    expect((await start()(contact('get', { contactId }))).json).toMatchObject(after);
  });

  it('get and lose labels without losing the others', async () => {
    const contactId = await made();
    const update = (updateFields: object) =>
      start()(contact('update', { contactId, updateFields }));
    const labels = async () => {
      const written = sandbox()
        .requests()
        .filter(({ method, path }) => method === 'POST' && path.endsWith('/labels'));
      return written.map(({ body }) => JSON.parse(String(body)).labels as string[]);
    };
    await update({ addLabels: 'vip, billing' });
    await update({ addLabels: ['vip'], removeLabels: 'spam' });
    await update({ addLabels: 'new', removeLabels: 'billing' });
    // Nothing is written where nothing changes.
    expect(await labels()).toEqual([
      ['vip', 'billing'],
      ['vip', 'new'],
    ]);
  });

  it('say what is missing before any request', async () => {
    await expect(start()(contact('update', { contactId: '1' }))).rejects.toThrow(
      'nothing to change',
    );
    const bad = contact('update', { contactId: '1', updateFields: { phone: '12' } });
    await expect(start()(bad)).rejects.toThrow("The 'Phone' is not a usable address");
    const mail = contact('update', { contactId: '1', updateFields: { email: recipient } });
    await expect(start()(mail)).rejects.toThrow("The 'Email' is not a usable address");
    expect(sandbox().requests()).toEqual([]);
  });

  it('are refused an address of somebody else, in the words of the platform', async () => {
    const contactId = await made();
    await made({ recipient: '+12025550124' });
    const update = contact('update', { contactId, updateFields: { phone: '+12025550124' } });
    await expect(start()(update)).rejects.toMatchObject({
      httpCode: '422',
      description: expect.stringContaining('Phone number has already been taken'),
    });
  });

  it('are deleted, and are not there any more', async () => {
    const contactId = await made();
    const { json } = await start()(contact('delete', { contactId }));
    expect(json).toEqual({ deleted: true });
    for (const operation of ['get', 'delete']) {
      await expect(start()(contact(operation, { contactId }))).rejects.toMatchObject({
        httpCode: '404',
      });
    }
    expect(await made()).not.toBe(contactId);
  });
});
