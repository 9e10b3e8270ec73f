import { type EmailFailure, parseEmail } from './email';
import type { Address } from './message';
import { type PhoneFailure, type PhoneType, parsePhone } from './phone';
import type { AddressKind } from './words';

export type AddressFailure = PhoneFailure | EmailFailure;

export type AddressResult =
  | {
      readonly ok: true;
      readonly raw: string;
      readonly address: Address;
      /** ISO 3166 alpha-2 of a phone number; null for an e-mail, or a number of no country. */
      readonly country: string | null;
      /** Null for an e-mail. */
      readonly phoneType: PhoneType | null;
    }
  | { readonly ok: false; readonly raw: string; readonly why: AddressFailure };

/** Reads an address of one kind. Never throws; normalising a normalised address changes nothing. */
export function parseAddress(
  kind: AddressKind,
  raw: string,
  defaultCountry?: string,
): AddressResult {
  if (kind === 'email') {
    const email = parseEmail(raw);
    if (!email.ok) return email;
    return { ok: true, raw, address: { kind, value: email.value }, country: null, phoneType: null };
  }
  const phone = parsePhone(raw, defaultCountry);
  if (!phone.ok) return phone;
  return {
    ok: true,
    raw,
    address: { kind, value: phone.value },
    country: phone.country,
    phoneType: phone.type,
  };
}

/** An address as a log may show it: "+1•••0100", "a•••@example.org". Enough to recognise, too little to write to. */
export function maskAddress(address: Address): string {
  const { kind, value } = address;
  if (kind === 'email') {
    const at = value.lastIndexOf('@');
    return `${value.slice(0, at > 1 ? 1 : 0)}•••${at < 0 ? '' : value.slice(at)}`;
  }
  // +1 and +7 are whole calling codes; of all others two digits are shown.
  const start = /^\+[17]/.test(value) ? 2 : 3;
  const end = value.length - start > 7 ? 4 : 2;
  return `${value.slice(0, start)}•••${value.slice(-end)}`;
}

const SENTENCES: Readonly<Record<AddressFailure, string>> = {
  empty: 'the cell is empty',
  spreadsheet_rounded: 'a spreadsheet rounded the number; format the column as text',
  no_country: 'no country code; set audience.country or write the number with +',
  too_short: 'too few digits',
  too_long: 'too long',
  not_a_number: 'not a phone number',
  extension: 'has an extension; such a line takes no messages',
  invalid: 'no such number in the numbering plan of its country',
  not_an_address: 'not an e-mail address',
};

/** What is wrong with an address, for people; holds nothing of the address itself. */
export function describeAddressFailure(why: AddressFailure): string {
  return SENTENCES[why];
}
