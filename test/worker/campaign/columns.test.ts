import { describe, expect, test } from 'vitest';
import { type ColumnsOptions, findColumns } from '../../../worker/campaign/columns';
import { columnLetter } from '../../../worker/campaign/list/headers';

const find = (headers: string[], more: Partial<ColumnsOptions> = {}) =>
  findColumns({ headers, mapping: {}, kinds: ['phone'], ...more });

describe('finds the address', () => {
  test.each([
    ['Phone'],
    ['MOBILE'],
    ['phone_number'],
    ['phoneNumber'],
    ['Cell phone'],
    ['Customer phone no.'],
    ['Handynummer'],
    ['Telefon'],
    ['Téléphone'],
    ['telephone'],
    ['Numéro de téléphone'],
    ['Móvil'],
    ['Teléfono móvil'],
    ['Celular'],
    ['Telemóvel'],
    ['رقم الهاتف'],
    ['الجوال'],
    ['WhatsApp'],
    ['手机号'],
    ['Телефон'],
  ])('%s is a phone column', (header) => {
    expect(find(['Name', header]).address).toBe(1);
  });

  test.each([
    ['E-Mail'],
    ['email'],
    ['Email address'],
    ['Courriel'],
    ['Correo electrónico'],
    ['البريد الإلكتروني'],
  ])('%s is an e-mail column', (header) => {
    expect(find(['Name', header], { kinds: ['email'] })).toMatchObject({
      kind: 'email',
      address: 1,
    });
  });

  test('as the campaign file names it, without regard to case, spaces and accents', () => {
    const headers = ['Mobile', 'Phone', 'Prénom'];
    expect(find(headers, { mapping: { phone: 'phone', firstName: 'PRENOM ' } })).toMatchObject({
      address: 1,
      firstName: 2,
    });
  });

  test('the inbox decides which kind; the file can choose where it takes both', () => {
    const headers = ['Email', 'Phone'];
    expect(find(headers, { kinds: ['phone', 'email'] })).toMatchObject({
      kind: 'phone',
      address: 1,
    });
    expect(find(headers, { kinds: ['phone', 'email'], mapping: { email: 'Email' } }).kind).toBe(
      'email',
    );
  });
});

describe('refuses', () => {
  test('no column that looks like a phone number', () => {
    expect(() => find(['Name', 'Order'])).toThrow(
      'No column looks like a phone number. The columns are: Name, Order. Name it in the campaign file: audience.columns.phone: HEADER',
    );
  });

  test('two that do, and says how to choose', () => {
    expect(() => find(['Name', 'Mobile', 'Phone'])).toThrow(
      '"Mobile" (B) and "Phone" (C) look like phone columns. Choose one in the campaign file, for example audience.columns.phone: Mobile',
    );
  });

  test('a column that is not there, with the one that was meant', () => {
    expect(() => find(['Mobile', 'Name'], { mapping: { phone: 'Mobil' } })).toThrow(
      'audience.columns.phone: There is no column "Mobil". Did you mean "Mobile"? The columns are: Mobile, Name.',
    );
  });
});

describe('variables', () => {
  test('mapped, as written, camelCase, snake_case, without accents', () => {
    const { variables } = find(['Phone', 'First name', 'ORDER', 'OrderNo', 'Prénom', '2nd'], {
      mapping: { vorname: 'First name' },
    });
    const names = [...variables.keys()];
    expect(names).toEqual(
      expect.arrayContaining(['vorname', 'firstName', 'first_name', 'ORDER', 'order']),
    );
    expect(names).toEqual(
      expect.arrayContaining(['OrderNo', 'orderNo', 'Prénom', 'Prenom', 'prénom', 'prenom']),
    );
    expect(names).not.toContain('2nd');
  });

  test('two headers that come to one name: the exact one has it, else nobody', () => {
    const exact = find(['Phone', 'First name', 'firstName']).variables;
    expect(exact.get('firstName')).toBe(2);
    const neither = find(['Phone', 'first-name', 'First name']).variables;
    expect(neither.has('firstName')).toBe(false);
  });
});

test('column letters', () => {
  expect([0, 25, 26, 701, 702].map(columnLetter)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
});
