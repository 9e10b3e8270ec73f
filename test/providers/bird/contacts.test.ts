import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { answer, type Script } from '../../support/scripted-http';
import {
  CONTACT,
  connect,
  type Fields,
  inboxOf,
  MAIL,
  PHONE,
  type Row,
  SETTINGS,
  SMS,
} from './fixture';

const UPSERT = 'PATCH /contacts/identifiers/phonenumber/%2B12025550123';
const row = (attributes: Row = {}): Row => ({
  id: CONTACT,
  computedDisplayName: 'Ada',
  featuredIdentifiers: [{ key: 'phonenumber', value: PHONE.value }],
  identifierCount: 1,
  attributes,
  listIds: ['list-1'],
  createdAt: '2026-01-01T00:00:00Z',
});

async function ensure(script: Script, profile: Profile = {}, settings: Fields = SETTINGS) {
  const { provider, requests } = connect({ [UPSERT]: script }, settings);
  const contact = await provider.ensureContact(PHONE, profile, SMS);
  return { contact, json: requests[0]?.json };
}

describe('the contact of an address', () => {
  it('is new when the answer says so, with what is known of the person', async () => {
    const profile = { name: 'Ada', attributes: { city: 'Paris' } };
    const { contact, json } = await ensure(() => answer(row(), 201), profile);
    expect(contact).toEqual({ id: CONTACT, created: true, blocked: false });
    expect(json).toEqual({ displayName: 'Ada', attributes: { city: 'Paris' } });
    expect((await ensure(() => answer(row()))).contact.created).toBe(false);
  });

  it('has no field of which nothing is known', async () => {
    expect((await ensure(() => answer(row()), { name: '' })).json).toEqual({ attributes: {} });
  });

  it('gets its name where the setting says, cut by characters, or not at all', async () => {
    const script = () => answer(row());
    const long = { name: '💌'.repeat(200) };
    expect((await ensure(script, long)).json).toMatchObject({ displayName: '💌'.repeat(150) });
    const elsewhere = await ensure(script, { name: 'Ada' }, { ...SETTINGS, nameField: 'name' });
    expect(elsewhere.json).toMatchObject({ name: 'Ada' });
    const nowhere = await ensure(script, { name: 'Ada' }, { ...SETTINGS, nameField: '' });
    expect(nowhere.json).toEqual({ attributes: {} });
  });

  it('of a mail address is another identifier', async () => {
    const inbox = await inboxOf('email');
    const { provider, requests } = connect({
      'PATCH /contacts/identifiers/emailaddress/ada%40example.org': () => answer(row(), 201),
    });
    expect((await provider.ensureContact(MAIL, {}, inbox)).created).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['respect', false, true],
    ['respect', 'false', true],
    ['respect', undefined, false],
    ['respect', null, false],
    ['respect', true, false],
    ['require', undefined, true],
    ['require', null, true],
    ['require', true, false],
    ['ignore', false, false],
  ])('with consent: %s and a subscription of %s is blocked: %s', async (consent, said, blocked) => {
    const attributes = said === undefined ? {} : { subscribedSms: said, subscribedEmail: false };
    const { contact } = await ensure(() => answer(row(attributes)), {}, { ...SETTINGS, consent });
    expect(contact.blocked).toBe(blocked);
  });

  it('is refused for an attribute that Bird does not know, in its words', async () => {
    const details = { '.attributes.city': ['is not an attribute'] };
    const script = () => answer({ code: 'InvalidPayload', message: 'malformed', details }, 422);
    const error = await caught(() => ensure(script));
    expect(error).toMatchObject({
      code: 'rejected',
      reason: 'other',
      detail: 'malformed: .attributes.city: is not an attribute',
    });
  });
});

it('shows a contact, and finds and creates one by address', async () => {
  const { provider, requests } = connect({
    [`GET /contacts/${CONTACT}`]: () => answer(row({ city: 'Paris' })),
    'POST /contacts/search': () => answer({ results: [row()] }),
    'POST /contacts': () => answer(row(), 201),
  });
  expect(await provider.getContact(CONTACT)).toEqual({
    id: CONTACT,
    name: 'Ada',
    identifiers: [{ key: 'phonenumber', value: PHONE.value }],
    identifierCount: 1,
    attributes: { city: 'Paris' },
    listIds: ['list-1'],
    createdAt: '2026-01-01T00:00:00Z',
  });
  expect(await provider.searchContacts(PHONE)).toHaveLength(1);
  const identifier = { key: 'phonenumber', value: PHONE.value };
  expect(requests[1]).toMatchObject({ call: 'lookup', json: { identifier } });
  await provider.createContact({ displayName: 'Ada', addresses: [PHONE, MAIL], listIds: ['l'] });
  expect(requests[2]).toMatchObject({
    call: 'contact',
    json: {
      displayName: 'Ada',
      identifiers: [identifier, { key: 'emailaddress', value: MAIL.value }],
      listIds: ['l'],
    },
  });
  const nameless = () => provider.createContact({ displayName: ' ', addresses: [PHONE] });
  expect((await caught(nameless))?.code).toBe('invalid_input');
});
