import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';

export type PhoneType = 'mobile' | 'fixed' | 'fixed_or_mobile' | 'other';

export const PHONE_FAILURES = [
  'empty',
  'spreadsheet_rounded',
  'no_country',
  'too_short',
  'too_long',
  'not_a_number',
  'extension',
  'invalid',
] as const;
export type PhoneFailure = (typeof PHONE_FAILURES)[number];

export type PhoneResult =
  | {
      readonly ok: true;
      readonly raw: string;
      /** E.164, with its plus sign. */
      readonly value: string;
      /** ISO 3166 alpha-2; null for numbers of no country (+800…). */
      readonly country: string | null;
      readonly type: PhoneType;
    }
  | { readonly ok: false; readonly raw: string; readonly why: PhoneFailure };

const TYPES: Readonly<Record<string, PhoneType>> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'fixed',
  FIXED_LINE_OR_MOBILE: 'fixed_or_mobile',
};

/** 2.02555E+09: the digits behind the rounding are gone, and whoever has the zeros instead is a stranger. */
const SCIENTIFIC = /^[+-]?\d(?:[.,]\d*)?E\+?\d{1,2}$/i;
/** Zeros of the decimal digit blocks that the phone library does not read by itself. */
const DIGIT_ZEROS = [0x0966, 0x09e6, 0x0e50];

/**
 * Reads a phone number as people and spreadsheets write it. Never throws and never guesses: what cannot be read for
 * certain comes back with `why`. `defaultCountry` (ISO 3166 alpha-2) is for numbers without + or 00.
 */
export function parsePhone(raw: string, defaultCountry?: string): PhoneResult {
  const text = clean(raw);
  if (text === '') return { ok: false, raw, why: 'empty' };
  if (SCIENTIFIC.test(text)) return { ok: false, raw, why: 'spreadsheet_rounded' };
  const country =
    defaultCountry !== undefined && isCountry(defaultCountry) ? defaultCountry : undefined;
  const first = read(raw, text, country);
  // After the country's own international prefix had its chance: Australia dials 0011, where 00 + 11 is not meant.
  if (!first.ok && text.startsWith('00')) {
    const international = read(raw, `+${text.slice(2).trimStart()}`, undefined);
    if (international.ok) return international;
  }
  return first;
}

/** Whether this is a country code (alpha-2, upper case) that phone numbers are known for. */
export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

function read(raw: string, text: string, country: CountryCode | undefined): PhoneResult {
  const options =
    country === undefined
      ? ({ extract: false } as const)
      : ({ defaultCountry: country, extract: false } as const);
  const number = parsePhoneNumberFromString(text, options);
  if (number?.ext !== undefined) return { ok: false, raw, why: 'extension' };
  const type = number?.getType();
  // With the full metadata a number without a type is one that no numbering plan holds: `isValid` asks just this.
  if (number === undefined || type === undefined) {
    return { ok: false, raw, why: failure(text, country) };
  }
  return {
    ok: true,
    raw,
    value: number.number,
    country: number.country ?? null,
    type: TYPES[type] ?? 'other',
  };
}

function failure(text: string, country: CountryCode | undefined): PhoneFailure {
  switch (validatePhoneNumberLength(text, country)) {
    case 'TOO_SHORT':
      return 'too_short';
    case 'TOO_LONG':
      return 'too_long';
    case 'INVALID_COUNTRY':
      return text.startsWith('+') || text.startsWith('00') ? 'invalid' : 'no_country';
    case 'NOT_A_NUMBER':
      return 'not_a_number';
    default:
      return 'invalid';
  }
}

/** Undoes what spreadsheets and copy-and-paste do to a number, and nothing that changes its digits. */
function clean(raw: string): string {
  let text = raw.trim();
  if (!/^[\x20-\x7e]*$/.test(text)) {
    text = text
      .normalize('NFKC')
      // Invisible marks, as the contacts program of a Mac copies them around a number.
      .replace(/[\p{Cf}\p{Cc}]/gu, '')
      .replace(/\p{Nd}/gu, asciiDigit)
      .replace(/\p{Pd}|\u2212/gu, '-')
      .trim();
  }
  // ="2025550100" and '2025550100: how a sheet is told that a number is a text.
  text = text
    .replace(/^="(.*)"$/, '$1')
    .replace(/^['`´’]+/, '')
    .trim();
  text = text.replace(/^tel:/i, '').trim();
  // A number cell written as a float.
  if (/^\+?\d{5,}\.0{1,2}$/.test(text)) text = text.slice(0, text.indexOf('.'));
  return text;
}

function asciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  const zero = DIGIT_ZEROS.find((start) => code >= start && code < start + 10);
  return zero === undefined ? digit : String(code - zero);
}
