import { describe, expect, it } from 'vitest';
import { caught } from '../../support/provider-contract';
import { answer, plain, type Script } from '../../support/scripted-http';
import {
  ADA,
  afterPages,
  asked,
  CONTACTS,
  CONVERSATIONS,
  connect,
  created,
  empty,
  INBOX,
  PHONE,
  page,
  routes,
  row,
  SETTINGS,
  STRANGER,
  taken,
} from './fixture';

const KNOWN = { id: '11', created: false, blocked: false };
const LIST = `GET ${CONVERSATIONS}`;

function search(script: Script, settings = {}, contact = KNOWN, profile = ADA) {
  const { provider, requests } = connect(script, settings);
  const found = () => provider.ensureConversation(contact, PHONE, INBOX, 'text', profile);
  return { found, requests };
}

describe('a conversation', () => {
  it('is looked for by the longest word of the names, and verified by the number', async () => {
    const { found, requests } = search(() => page([row(1, STRANGER, 99), row(900)]));
    expect(await found()).toEqual({ id: '900', watermark: null, canReply: true, blocked: false });
    expect(requests).toEqual([
      {
        method: 'GET',
        path: CONVERSATIONS,
        query: { contact_name__icontains: 'Lovelace' },
        call: 'lookup',
      },
    ]);
  });

  it('is found on page three, and no further page is read', async () => {
    const { found, requests } = search(afterPages(2, [row(900)]));
    expect((await found()).id).toBe('900');
    expect(requests.map(({ query }) => query?.['page'])).toEqual([undefined, '2', '3']);
    expect(requests.at(-1)?.query).toMatchObject({ contact_name__icontains: 'Lovelace' });
  });

  const envelopes: [string, Script, Record<string, string>][] = [
    ['a bare list', () => answer([row(900)]), {}],
    ['results alone', () => answer({ results: [row(900)] }), {}],
    ['counted pages', () => page([row(900)]), {}],
    [
      'a path of the account',
      () => answer({ data: { items: [row(900)] } }),
      { resultsPath: 'data.items' },
    ],
  ];
  it.each(envelopes)('is read from %s', async (_, script, settings) => {
    expect((await search(script, settings).found()).id).toBe('900');
  });

  const verified: [string, unknown][] = [
    ['the number alone', { primaryPhone: { number: PHONE.value } }],
    ['the number in another writing', { id: 99, primaryPhone: { number: '+1 (202) 555-0123' } }],
    ['the number without its plus sign', { primaryPhone: { number: '12025550123' } }],
    ['the number in snake case', { id: 99, primary_phone: { number: PHONE.value } }],
    ['the id, where no number is shown', { id: 11 }],
    ['the bare id', 11],
  ];
  it.each(verified)('is verified by %s', async (_, contact) => {
    const { found } = search(() => answer([{ id: 900, contact } as never]));
    expect((await found()).id).toBe('900');
  });

  it('is verified where the account says', async () => {
    const rows = () => answer([{ id: 900, person: { mobile: PHONE.value } }]);
    const { found } = search(rows, { contactPhonePaths: 'phone, person.mobile' });
    expect((await found()).id).toBe('900');
  });

  it('is looked for among all where nobody of that name is the person', async () => {
    const script: Script = ({ query }) =>
      query?.['contact_name__icontains'] === undefined
        ? page([row(900)])
        : page([row(1, STRANGER, 99)]);
    const { found, requests } = search(script);
    expect((await found()).id).toBe('900');
    expect(requests).toHaveLength(2);
  });

  it('comes later where the contact was made just now', async () => {
    const { found, requests } = search(empty, {}, { ...KNOWN, created: true });
    expect(await caught(found)).toMatchObject({ code: 'unavailable' });
    expect(requests).toHaveLength(1);
  });

  it('is not the one of a contact that has another number by now', async () => {
    const { found } = search(() => page([row(900, STRANGER, 11)]));
    expect(await caught(found)).toMatchObject({ code: 'not_found' });
  });

  const refused: [string, Script, RegExp][] = [
    ['a stranger of the same name comes first', afterPages(99, []), /not found: pages read: 20/],
    ['two are verified', () => page([row(900), row(901)]), /ambiguous: 2 conversations/],
    [
      'rows do not show whose they are',
      () => page([{ id: 900, contactName: 'Ada Lovelace' }]),
      /ambiguous: 1 are listed that do not show whose they are/,
    ],
    [
      'the list says that there are more, and not where',
      () => answer({ count: 3, next: null, results: [row(1, STRANGER, 99)] }),
      /not found/,
    ],
  ];
  it.each(refused)('is none when %s', async (_, script, detail) => {
    const error = await caught(search(script).found);
    expect(error).toMatchObject({ code: 'rejected', reason: 'other' });
    expect(error?.detail).toMatch(/^conversation /);
    expect(error?.detail).toMatch(detail);
    expect(error?.detail).not.toContain('555');
  });

  const elsewhere = [
    'https://pivot.example.com/v1/users/7/teams/42/conversations/?page=2',
    'http://pivot.example.org/v1/users/7/teams/42/conversations/?page=2',
    'https://pivot.example.org:8443/v1/users/7/teams/42/conversations/?page=2',
    'https://pivot.example.org.evil.example/v1/?page=2',
    'https://pivot.example.org@evil.example/v1/?page=2',
    '//evil.example/v1/?page=2',
    'javascript:alert(1)',
    'https://[',
  ];
  it.each(elsewhere)('is not looked for at %s', async (next) => {
    const { found, requests } = search(() => page([row(1, STRANGER, 99)], next));
    expect(await caught(found)).toMatchObject({ code: 'rejected' });
    // By name, and among all: the first page of each.
    expect(asked(requests)).toEqual([LIST, LIST]);
  });

  it('is looked for below the base path only', async () => {
    const links = ['/other/v1/?page=2', '/base/../admin/?page=2', '/baseball/?page=2'];
    for (const link of links) {
      const { found, requests } = search(() => page([row(1, STRANGER, 99)], link), {
        url: 'https://pivot.example.org/base',
      });
      expect(await caught(found), link).toMatchObject({ code: 'rejected' });
      expect(requests, link).toHaveLength(2);
    }
    const script: Script = ({ query }) =>
      query?.['page'] === '2'
        ? page([row(900)])
        : page([], `https://pivot.example.org/base${CONVERSATIONS}?page=2`);
    const { found, requests } = search(script, { url: 'https://pivot.example.org/base' });
    expect((await found()).id).toBe('900');
    expect(asked(requests)).toEqual([LIST, LIST]);
  });
});

function ensure(script: Script, profile = {}, settings = {}) {
  const { provider, requests } = connect(script, settings);
  return { made: () => provider.ensureContact(PHONE, profile, INBOX), requests };
}

describe('a contact', () => {
  it('that is there is not made again', async () => {
    const { made, requests } = ensure(() => page([row(900)]), ADA);
    expect(await made()).toEqual({ id: '11', created: false, blocked: false });
    expect(asked(requests)).toEqual([LIST]);
  });

  it('is made with names, number, e-mail, and the evidence of the opt-in for both', async () => {
    const { made, requests } = ensure(routes({ [LIST]: empty, [`POST ${CONTACTS}`]: created }), {
      ...ADA,
      email: 'ada@example.org',
      optIn: { method: 'delegated', detail: 'signup form 2026' },
    });
    expect(await made()).toEqual({ id: '11', created: true, blocked: false });
    const evidence = { optIn: true, optInMethod: 'delegated', optInDetail: 'signup form 2026' };
    expect(requests.at(-1)).toEqual({
      method: 'POST',
      path: CONTACTS,
      json: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        primaryPhone: { number: PHONE.value, ...evidence },
        primaryEmail: { address: 'ada@example.org', ...evidence },
      },
      call: 'contact',
    });
  });

  const names: [string, object, Record<string, string>, object, string | undefined][] = [
    [
      'a whole name',
      { name: 'Ada King Lovelace' },
      {},
      { firstName: 'Ada', lastName: 'King Lovelace' },
      'Lovelace',
    ],
    ['one word', { name: ' Ada ' }, {}, { firstName: 'Ada' }, 'Ada'],
    ['the last name alone', { lastName: 'Lovelace' }, {}, { lastName: 'Lovelace' }, 'Lovelace'],
    ['no name', {}, {}, { firstName: PHONE.value }, PHONE.value],
    ['no name, where that is wanted', {}, { unnamed: 'none' }, {}, undefined],
  ];
  it.each(names)('is named and looked for by %s', async (_, profile, settings, named, word) => {
    const script = routes({ [LIST]: empty, [`POST ${CONTACTS}`]: created });
    const { made, requests } = ensure(script, profile, settings);
    await made();
    const primaryPhone = {
      ...{ number: PHONE.value, optIn: true, optInMethod: 'list', optInDetail: '' },
    };
    expect(requests[1]?.json).toEqual({ ...named, primaryPhone });
    expect(requests[0]?.query?.['contact_name__icontains']).toBe(word);
  });

  const known: [string, Script][] = [
    ['a 400 about the number', taken],
    [
      'a 400 about it in another language',
      () => answer({ primary_phone: ['Schon vergeben'] }, 400),
    ],
    ['a 409', () => answer({ detail: 'Conflict' }, 409)],
    ['a 409 without words', () => answer(null, 409)],
  ];
  it.each(known)('that %s says is there is found under its other name', async (_, refusal) => {
    const script = routes({
      [LIST]: [empty, () => page([row(900)])],
      [`POST ${CONTACTS}`]: refusal,
    });
    const { made, requests } = ensure(script, ADA);
    expect(await made()).toEqual({ id: '11', created: false, blocked: false });
    expect(requests.at(-1)?.query).toEqual({});
  });

  it('without an id in its conversation is known by its number alone', async () => {
    const rows = () => answer([{ id: 900, contact: { primaryPhone: { number: PHONE.value } } }]);
    const { provider } = connect(rows);
    const contact = await provider.ensureContact(PHONE, ADA, INBOX);
    expect(contact.created).toBe(false);
    const { id } = await provider.ensureConversation(contact, PHONE, INBOX, 'text', ADA);
    expect(id).toBe('900');
  });

  const failed: [string, Script, object][] = [
    [
      'is refused for a number that is none',
      () => answer({ primaryPhone: { number: ['Enter a valid phone number.'] } }, 400),
      {
        code: 'rejected',
        reason: 'invalid_address',
        detail: 'primaryPhone.number: Enter a valid phone number.',
      },
    ],
    [
      'is refused for another reason without a search',
      () => answer({ lastName: ['This field is required.'] }, 400),
      { code: 'rejected', reason: 'other', detail: 'lastName: This field is required.' },
    ],
    ['that is there and not listed yet comes later', taken, { code: 'unavailable' }],
    ['whose answer is lost comes later', () => answer({}, 502), { code: 'unavailable' }],
  ];
  it.each(failed)('%s', async (_, refusal, expected) => {
    const script = routes({ [LIST]: empty, [`POST ${CONTACTS}`]: refusal });
    expect(await caught(ensure(script, ADA).made)).toMatchObject(expected);
  });

  it('of which two conversations have the number is nobody’s', async () => {
    const { made, requests } = ensure(() => page([row(900), row(901)]), ADA);
    expect(await caught(made)).toMatchObject({ code: 'rejected', reason: 'other' });
    expect(asked(requests)).toEqual([LIST]);
  });
});

it('reads no more pages than the account says', async () => {
  const { found, requests } = search(afterPages(99, []), { searchPages: '3' });
  expect((await caught(found))?.detail).toContain('pages read: 3');
  expect(requests).toHaveLength(6);
  expect(
    requests.every(({ path }) => path.startsWith(`${new URL(SETTINGS.url).pathname}v1/`)),
  ).toBe(true);
});

describe('a contact that is created without an id in the answer', () => {
  it.each([
    ['an object without one', () => answer({ status: 'created' }, 201)],
    ['nothing at all', () => plain('', 204)],
    ['an empty 201', () => plain('', 201)],
  ] as const)('is taken at its word: %s', async (_, script) => {
    const { made } = ensure(routes({ [LIST]: empty, [`POST ${CONTACTS}`]: script }));
    expect(await made()).toMatchObject({ created: true });
  });

  it('is not, where it need not have been created', async () => {
    const script: Script = () => answer({ status: 'fine' }, 200);
    const { made } = ensure(routes({ [LIST]: empty, [`POST ${CONTACTS}`]: script }));
    expect((await caught(made))?.code).toBe('unexpected_response');
  });
});
