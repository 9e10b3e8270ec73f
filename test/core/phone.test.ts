import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCountry, parsePhone } from '../../core/phone';

const us = (line: number): string => `+1202555${String(100 + line).padStart(4, '0')}`;
const line = fc.integer({ min: 0, max: 99 });

describe('reads what people and spreadsheets write', () => {
  test.each([
    ['(202) 555-0100', 'US', '+12025550100'],
    ['202.555.0100', 'US', '+12025550100'],
    ["'2025550100", 'US', '+12025550100'],
    ['="2025550100"', 'US', '+12025550100'],
    ['2025550100.0', 'US', '+12025550100'],
    ['12025550100', 'US', '+12025550100'],
    ['202\u00a0555\u20110100', 'US', '+12025550100'],
    ['\u202a+1 202 555 0100\u202c', undefined, '+12025550100'],
    ['٢٠٢٥٥٥٠١٠٠', 'US', '+12025550100'],
    ['२०२५५५०१००', 'US', '+12025550100'],
    ['＋１２０２５５５０１００', undefined, '+12025550100'],
    ['tel:+1-202-555-0100', undefined, '+12025550100'],
    ['001 202 555 0100', undefined, '+12025550100'],
    ['0061 491 570 006', 'US', '+61491570006'],
    ['0011 1 202 555 0100', 'AU', '+12025550100'],
    ['0491 570 006', 'AU', '+61491570006'],
    ['+61 (0)491 570 006', undefined, '+61491570006'],
  ])('%s with %s is %s', (raw, country, value) => {
    expect(parsePhone(raw, country)).toMatchObject({ ok: true, raw, value });
  });

  test('tells a mobile from a landline where the numbering plan does', () => {
    expect(parsePhone('+61491570006')).toMatchObject({ type: 'mobile', country: 'AU' });
    expect(parsePhone('+442079460123')).toMatchObject({ type: 'fixed', country: 'GB' });
    expect(parsePhone('+12025550100')).toMatchObject({ type: 'fixed_or_mobile', country: 'US' });
    expect(parsePhone('+80012345678')).toMatchObject({ type: 'other', country: null });
  });
});

describe('says why it cannot be read', () => {
  test.each([
    ['', 'US', 'empty'],
    [' \u00a0', 'US', 'empty'],
    ['2.02555E+09', 'US', 'spreadsheet_rounded'],
    ['4,47911E+11', 'GB', 'spreadsheet_rounded'],
    ['2.02555e9', 'US', 'spreadsheet_rounded'],
    ['2025550100', undefined, 'no_country'],
    ['12', 'US', 'too_short'],
    ['555-0100', 'US', 'too_short'],
    ['20255501000100', 'US', 'too_long'],
    ['1-800-FLOWERS', 'US', 'not_a_number'],
    ['see notes', 'US', 'not_a_number'],
    ['202-555-0100 x12', 'US', 'extension'],
    ['202-555-0100 / 202-555-0101', 'US', 'too_long'],
    ['+999123456789', undefined, 'invalid'],
    ['0000000000', 'US', 'invalid'],
  ])('%s with %s: %s', (raw, country, why) => {
    expect(parsePhone(raw, country)).toEqual({ ok: false, raw, why });
  });
});

describe('holds for every number', () => {
  test('normalising twice is normalising once', () => {
    const any = fc.oneof(
      line.map(us),
      fc.integer({ min: 0, max: 9_999_999_999 }).map((n) => `+${n}`),
      fc.string({ unit: fc.constantFrom(...'0123456789+-() .') }),
      fc.string(),
    );
    const country = fc.constantFrom('US', 'GB', 'DE', 'IT', 'MX', 'AR', 'BR', undefined);
    fc.assert(
      fc.property(any, country, (raw, from) => {
        const once = parsePhone(raw, from);
        if (!once.ok) return;
        expect(once.value).toMatch(/^\+[1-9]\d{1,14}$/);
        const twice = parsePhone(once.value, 'FR');
        expect(twice.ok && twice.value).toBe(once.value);
      }),
      { numRuns: 2000 },
    );
  });

  test('white space and punctuation between the digits change nothing', () => {
    const noise = fc.array(fc.constantFrom(' ', '-', '.', '\u00a0', '\u2009', '\u2011', '\u200b'), {
      maxLength: 2,
    });
    fc.assert(
      fc.property(line, fc.array(noise, { minLength: 10, maxLength: 10 }), (n, gaps) => {
        const digits = us(n).slice(2);
        const raw = [...digits].map((d, i) => (i === 0 ? d : `${gaps[i]?.join('')}${d}`)).join('');
        const read = parsePhone(`+1 ${raw}`);
        expect(read.ok && read.value).toBe(us(n));
      }),
    );
  });
});

test('knows country codes', () => {
  expect(isCountry('US')).toBe(true);
  expect(isCountry('us')).toBe(false);
  expect(isCountry('UK')).toBe(false);
});
