import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeAddressFailure, maskAddress, parseAddress } from '../../core/address';
import { parseEmail } from '../../core/email';
import { PHONE_FAILURES } from '../../core/phone';

describe('an e-mail address', () => {
  test.each([
    ['Ann@Example.ORG', 'ann@example.org'],
    [' ann.lee+x@mail.example.org ', 'ann.lee+x@mail.example.org'],
    ['mailto:ann@example.org', 'ann@example.org'],
    ['ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
  ])('%s is %s', (raw, value) => {
    expect(parseEmail(raw)).toEqual({ ok: true, raw, value });
  });

  test.each([
    ['', 'empty'],
    ['ann', 'not_an_address'],
    ['ann@localhost', 'not_an_address'],
    ['ann..lee@example.org', 'not_an_address'],
    ['ann@example.org, bob@example.org', 'not_an_address'],
    ['Ann <ann@example.org>', 'not_an_address'],
    [`${'a'.repeat(65)}@example.org`, 'too_long'],
    [`a@${'b.'.repeat(150)}org`, 'too_long'],
  ])('%s: %s', (raw, why) => {
    expect(parseEmail(raw)).toEqual({ ok: false, raw, why });
  });

  test('normalising twice is normalising once', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (raw) => {
        const once = parseEmail(raw);
        if (once.ok) expect(parseEmail(once.value)).toMatchObject({ ok: true, value: once.value });
      }),
    );
  });
});

test('an address is read by its kind', () => {
  expect(parseAddress('phone', '202-555-0100', 'US')).toEqual({
    ok: true,
    raw: '202-555-0100',
    address: { kind: 'phone', value: '+12025550100' },
    country: 'US',
    phoneType: 'fixed_or_mobile',
  });
  expect(parseAddress('email', 'A@example.org')).toMatchObject({
    address: { kind: 'email', value: 'a@example.org' },
    country: null,
  });
  expect(parseAddress('email', '202-555-0100')).toMatchObject({ ok: false, why: 'not_an_address' });
});

test('a masked address can be recognised and not written to', () => {
  expect(maskAddress({ kind: 'phone', value: '+12025550100' })).toBe('+1•••0100');
  expect(maskAddress({ kind: 'phone', value: '+61491570006' })).toBe('+61•••0006');
  expect(maskAddress({ kind: 'phone', value: '+2902170' })).toBe('+29•••70');
  expect(maskAddress({ kind: 'email', value: 'ann@example.org' })).toBe('a•••@example.org');
  expect(maskAddress({ kind: 'email', value: 'a@example.org' })).toBe('•••@example.org');
});

test('every failure has a sentence', () => {
  for (const why of PHONE_FAILURES) expect(describeAddressFailure(why)).toMatch(/\w{3}/);
});
