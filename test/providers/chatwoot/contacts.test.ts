import { describe, expect, it } from 'vitest';
import type { Json } from '../../../core/http';
import { chatwoot } from '../../../providers/chatwoot';
import type { Profile } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, type Script, scripted } from '../../support/scripted-http';
import { API, contactRow, inboxOf, MAIL, PHONE, page, routes, SETTINGS, taken } from './fixture';

const inbox = inboxOf(API);
const created = () => answer({ payload: { contact: contactRow(11) } });
const matches =
  (...rows: Json[]) =>
  () =>
    answer({ meta: { count: rows.length }, payload: rows });

function connect(table: Record<string, Script>) {
  const { http, requests } = scripted(routes(table));
  return { provider: chatwoot.connect(http, SETTINGS), requests };
}

async function ensure(table: Record<string, Script>, address = PHONE, profile: Profile = {}) {
  const { provider, requests } = connect(table);
  return { contact: await provider.ensureContact(address, profile, inbox), requests };
}

describe('the contact of an address', () => {
  it('is created with what is known of the person, and without empty fields', async () => {
    const profile = { name: 'Ada', attributes: { city: 'Paris' } };
    const { contact, requests } = await ensure({ 'POST /contacts': created }, PHONE, profile);
    expect(contact).toEqual({ id: '11', created: true, blocked: false });
    expect(requests[0]?.json).toEqual({
      phone_number: PHONE.value,
      name: 'Ada',
      custom_attributes: { city: 'Paris' },
    });
    const bare = await ensure({ 'POST /contacts': created }, MAIL, { name: '' });
    expect(bare.requests[0]?.json).toEqual({ email: MAIL.value });
  });

  it('gets long values cut by characters', async () => {
    const profile = { name: '💌'.repeat(300), attributes: { note: 'x'.repeat(2000) } };
    const { requests } = await ensure({ 'POST /contacts': created }, PHONE, profile);
    expect(requests[0]?.json).toMatchObject({
      name: '💌'.repeat(255),
      custom_attributes: { note: 'x'.repeat(1500) },
    });
  });

  it('is looked up exactly when the address is taken, in any language', async () => {
    const inGerman = () =>
      answer({ message: 'Telefon ist bereits vergeben', attributes: ['phone_number'] }, 422);
    const { contact, requests } = await ensure({
      'POST /contacts': inGerman,
      'POST /contacts/filter': matches(contactRow(11, { blocked: true })),
    });
    expect(contact).toEqual({ id: '11', created: false, blocked: true });
    expect(requests[1]).toMatchObject({
      call: 'lookup',
      json: {
        payload: [
          {
            attribute_key: 'phone_number',
            filter_operator: 'equal_to',
            values: [PHONE.value],
            query_operator: null,
          },
        ],
      },
    });
  });

  it('is the oldest of doubles, and blocked when one of them is', async () => {
    const other = contactRow(2, { phone_number: '+12025550199' });
    const rows = [contactRow(31), contactRow(9), other, contactRow(15, { blocked: true })];
    const { contact } = await ensure({
      'POST /contacts': taken,
      'POST /contacts/filter': matches(...rows),
    });
    expect(contact).toEqual({ id: '9', created: false, blocked: true });
  });

  it('is an invalid address when Chatwoot neither takes nor knows it', async () => {
    const words = 'Phone number should be in e164 format';
    const { provider } = connect({
      'POST /contacts': () => answer({ message: words, attributes: ['phone_number'] }, 422),
      'POST /contacts/filter': matches(contactRow(2, { phone_number: '+12025550199' })),
    });
    const error = await caught(() => provider.ensureContact(PHONE, {}, inbox));
    expect(error).toMatchObject({ code: 'rejected', reason: 'invalid_address', detail: words });
    expect(error?.message).not.toContain('e164');
  });

  it('is not looked up for any other refusal', async () => {
    const { provider, requests } = connect({
      'POST /contacts': () => answer({ message: 'Name no', attributes: ['name'] }, 422),
    });
    const error = await caught(() => provider.ensureContact(PHONE, {}, inbox));
    expect(error).toMatchObject({ code: 'rejected', reason: 'other', detail: 'Name no' });
    expect(requests).toHaveLength(1);
  });
});

describe('blocked contacts', () => {
  const blocked = Array.from({ length: 33 }, (_, index) =>
    contactRow(index + 1, { blocked: true }),
  );

  it('are listed over all pages', async () => {
    const { provider, requests } = connect({
      'POST /contacts/filter': (request) =>
        answer({ meta: { count: 33 }, payload: page(blocked, request, 15) }),
    });
    expect((await provider.listBlocked()).size).toBe(33);
    expect(requests).toHaveLength(3);
    expect(requests[0]?.json).toMatchObject({
      payload: [{ attribute_key: 'blocked', values: [true] }],
    });
  });

  it('are not half a list: a count that does not fit is an error', async () => {
    const { provider } = connect({
      'POST /contacts/filter': () => answer({ meta: { count: 33 }, payload: blocked.slice(0, 15) }),
    });
    expect((await caught(() => provider.listBlocked()))?.code).toBe('unavailable');
  });
});

it('shows one contact', async () => {
  const { provider } = connect({ 'GET /contacts/11': () => answer({ payload: contactRow(11) }) });
  expect(await provider.getContact('11')).toMatchObject({
    id: '11',
    name: 'Ada',
    phone: PHONE.value,
  });
});
