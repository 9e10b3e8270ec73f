import type { Json } from '../../core/http';
import type { Address } from '../../core/message';
import { refusal } from '../ask';
import type { Contact, Profile } from '../provider';
import { type Body, readAny, readId } from '../read';
import { findContact, findTaken, NO_ID } from './conversations';
import type { Account } from './lists';
import { namesOf, searchWordOf } from './names';
import { namesPhone, saysTaken, wordsOf } from './rules';
import { PROVIDER, type Settings } from './settings';

/**
 * Looks for the person before creating: one number is one contact, making it again is a mistake by the platform's rule,
 * and nobody remembers here whether an earlier answer was lost. What can be looked at is the list of conversations, since no
 * document shows one of contacts (PivotCX docs, send-your-first-message).
 *
 * @throws ProviderError `rejected`/`invalid_address` when PivotCX neither takes the number nor shows whose it is.
 */
export async function ensureContact(
  account: Account,
  address: Address,
  profile: Profile,
): Promise<Contact> {
  const word = searchWordOf(profile, address, account.settings);
  const known = await findContact(account, address, word);
  if (known !== undefined) return known;
  const made = await createContact(account, address, profile);
  if ('contact' in made) return made.contact;
  // "Taken", "not a number" and a mere "bad request" may differ in nothing but words, so all are looked for.
  const other = made.taken
    ? await findTaken(account, address)
    : await findContact(account, address, '');
  if (other !== undefined) return other;
  throw refusal(PROVIDER, made.phone ? 'invalid_address' : 'other', made.refused);
}

interface Refused {
  readonly refused: string;
  /** It is about the number. */
  readonly phone: boolean;
  /** There is such a contact. */
  readonly taken: boolean;
}

async function createContact(
  { ask, settings }: Account,
  address: Address,
  profile: Profile,
): Promise<{ readonly contact: Contact } | Refused> {
  return ask({
    asked: 'creating a contact',
    request: {
      method: 'POST',
      path: settings.contactsPath,
      json: contactBody(address, profile, settings),
      call: 'contact',
    },
    expects: (status, body) =>
      status === 204 ||
      (status === 201 && body === undefined) ||
      status === 409 ||
      (isInvalid(status) && wordsOf(body) !== undefined),
    read: (body, status) =>
      status === 409 || isInvalid(status)
        ? {
            refused: wordsOf(body) ?? '',
            phone: namesPhone(body),
            taken: status === 409 || (namesPhone(body) && saysTaken(body)),
          }
        : { contact: { id: newId(body, status), created: true, blocked: false } },
  });
}

function isInvalid(status: number): boolean {
  return status === 400 || status === 422;
}

/**
 * The answer's shape is not documented; the id is where such answers have it. "Created" without one is taken at its word:
 * then the number alone tells whose a conversation is.
 */
function newId(body: Body, status: number): string {
  const path = ['id', 'contact.id', 'data.id'].find((each) => readAny(body, each) !== undefined);
  if (path === undefined && (status === 201 || status === 204)) return NO_ID;
  return readId(body, path ?? 'id');
}

/** Names, number and e-mail, each of the latter with the evidence of the opt-in. */
function contactBody(
  address: Address,
  { optIn, email, ...profile }: Profile,
  settings: Settings,
): Json {
  const evidence = {
    optIn: true,
    optInMethod: optIn?.method || settings.optInMethod,
    optInDetail: optIn?.detail || settings.optInDetail,
  };
  return {
    ...namesOf(profile, address, settings),
    primaryPhone: { number: address.value, ...evidence },
    ...(email === undefined || email === ''
      ? {}
      : { primaryEmail: { address: email, ...evidence } }),
  };
}
