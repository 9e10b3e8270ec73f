import { isFields } from '../body';
import type { Answer, Fields, Value } from '../platform';
import type { Setup } from './endpoint';
import { refuse } from './errors';
import type { OptIn, Store } from './store';
import { contactView } from './views';

const REQUIRED = ['This field is required.'];
const TAKEN = { primaryPhone: { number: ['A contact with this number already exists.'] } };

type Problems = Record<string, unknown>;

/** `POST …/contacts/`: the contact, and with it the conversation. */
export function createContact(setup: Setup, fields: Fields, taken: boolean): Answer {
  const { store, options } = setup;
  const problems: Problems = {};
  for (const name of options.needs ?? []) {
    if (textOf(fields[name]) === '' && !isFields(fields[name])) problems[name] = REQUIRED;
  }
  const phone = readPhone(fields['primaryPhone'], setup, problems);
  const email = readEmail(fields['primaryEmail'], problems);
  if (Object.keys(problems).length > 0) throw refuse(400, spelled(setup, problems));
  const names = { firstName: textOf(fields['firstName']), lastName: textOf(fields['lastName']) };
  const contact = { ...names, primaryPhone: phone, primaryEmail: email };
  // Somebody else made the same contact a moment before.
  if (taken) store.add(contact);
  if (isTaken(store, phone.number)) {
    throw refuse(options.takenStatus ?? 400, spelled(setup, TAKEN));
  }
  return { status: 201, json: contactView(setup, store.add(contact)) };
}

function isTaken(store: Store, number: string): boolean {
  return store.contactOf(number) !== undefined;
}

function readPhone(
  value: Value | undefined,
  { options }: Setup,
  problems: Problems,
): OptIn & { number: string } {
  if (!isFields(value)) {
    problems['primaryPhone'] = REQUIRED;
    return { number: '', ...optInOf({}) };
  }
  const number = textOf(value['number']);
  const own: Problems = {};
  if (!isReal(number) || options.refuses?.includes(number)) {
    own['number'] = ['Enter a valid phone number.'];
  }
  checkOptIn(value, own);
  if (Object.keys(own).length > 0) problems['primaryPhone'] = own;
  return { number, ...optInOf(value) };
}

function readEmail(
  value: Value | undefined,
  problems: Problems,
): (OptIn & { address: string }) | null {
  if (value === undefined || value === null) return null;
  const fields = isFields(value) ? value : {};
  const address = textOf(fields['address']);
  const own: Problems = {};
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address))
    own['address'] = ['Enter a valid email address.'];
  checkOptIn(fields, own);
  if (Object.keys(own).length > 0) problems['primaryEmail'] = own;
  return { address, ...optInOf(fields) };
}

/** "No random numbers or 123456789s": in E.164, and not counting up. */
function isReal(number: string): boolean {
  return /^\+[1-9]\d{7,14}$/.test(number) && !number.includes('12345678');
}

function checkOptIn(fields: Fields, problems: Problems): void {
  if (fields['optIn'] !== true) problems['optIn'] = ['Permission is needed to text this number.'];
  if (textOf(fields['optInMethod']) === '') problems['optInMethod'] = REQUIRED;
  if (typeof fields['optInDetail'] !== 'string') problems['optInDetail'] = REQUIRED;
}

function optInOf(fields: Fields): OptIn {
  return {
    optIn: fields['optIn'] === true,
    optInMethod: textOf(fields['optInMethod']),
    optInDetail: textOf(fields['optInDetail']),
  };
}

function spelled({ spell }: Setup, problems: Problems): unknown {
  return spell(problems);
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}
