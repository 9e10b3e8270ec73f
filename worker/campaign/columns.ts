import type { AddressKind } from '../../core/words';
import { closest, plain } from './closest';
import { InputError } from './input-error';
import { columnLetter } from './list/headers';

/** Where in a row the things are that a campaign needs. Indexes count from 0. */
export interface Columns {
  readonly kind: AddressKind;
  readonly address: number;
  readonly name: number | null;
  readonly firstName: number | null;
  readonly lastName: number | null;
  /** Of people who are written to by phone, where one column alone holds them. */
  readonly email: number | null;
  readonly timezone: number | null;
  /** The index of every variable that a template may name. */
  readonly variables: ReadonlyMap<string, number>;
}

export interface ColumnsOptions {
  readonly headers: readonly string[];
  /** `audience.columns` of the campaign file. */
  readonly mapping: Readonly<Record<string, string>>;
  /** What the inbox can write to, the preferred kind first. */
  readonly kinds: readonly AddressKind[];
}

/** Words by which people name these columns; compared without case, accents and signs. */
const WORDS: Readonly<Record<string, string>> = {
  phone: `phone phonenumber phoneno mobile mobilephone mobilenumber mobileno cell cellphone cellnumber telephone tel
    msisdn sms whatsapp whatsappnumber contactnumber telefon telefonnummer handy handynummer mobil mobilnummer
    mobiltelefon rufnummer telefonnr portable gsm téléphone numérodetéléphone telefono teléfono móvil movil celular
    telefone telemóvel cellulare telefoonnummer telefoon mobiel ceptelefonu телефон мобильный هاتف الهاتف رقمالهاتف جوال
    الجوال رقمالجوال موبايل الموبايل 手机 手机号 电话 電話番号 전화번호`,
  email: `email emailaddress mail mailaddress emailadresse mailadresse courriel adressemail correo correoelectrónico
    emailadres eposta почта البريدالإلكتروني بريدإلكتروني الإيميل ايميل 邮箱 電子邮件 メール 이메일`,
  name: 'name fullname contactname customername vollständigername nomcomplet nombrecompleto nomecompleto nomecognome الاسم اسم الاسمالكامل 姓名',
  firstName:
    'firstname givenname forename vorname prénom nombre primeironome nome voornaam имя الاسمالأول',
  lastName:
    'lastname surname familyname nachname nomdefamille apellido apellidos sobrenome cognome achternaam фамилия اسمالعائلة',
  timezone: 'timezone tz zeitzone fuseauhoraire zonahoraria fusohorário المنطقةالزمنية',
};
const KNOWN = new Map(
  Object.entries(WORDS).map(([field, words]) => [field, new Set(words.split(/\s+/).map(plain))]),
);
/** What may stand beside such a word: "Customer phone no." is a phone column. */
const BESIDE = new Set(
  'number no nr num nummer numero n de du do del of the main primary private home work business contact customer 1 e164 address'.split(
    ' ',
  ),
);

/**
 * Finds the columns of a list: those that the campaign file names, else those that are named as people usually do.
 * Throws `InputError` for a named column that is not there, for none or more than one column that can hold the address.
 */
export function findColumns(options: ColumnsOptions): Columns {
  const { headers, mapping, kinds } = options;
  const problems: string[] = [];
  const mapped = new Map<string, number>();
  for (const [field, header] of Object.entries(mapping)) {
    const index = findHeader(headers, header);
    if (index === -1) problems.push(`audience.columns.${field}: ${noColumn(headers, header)}`);
    else mapped.set(field, index);
  }
  if (problems.length > 0) throw new InputError(problems);
  const address = findAddress(headers, mapped, kinds);
  const optional = (field: string): number | null => {
    const found = mapped.get(field);
    if (found !== undefined) return found;
    const detected = detect(headers, field);
    return detected.length === 1 ? (detected[0] ?? null) : null;
  };
  return {
    ...address,
    name: optional('name'),
    firstName: optional('firstName'),
    lastName: optional('lastName'),
    email: address.kind === 'email' ? null : optional('email'),
    timezone: optional('timezone'),
    variables: findVariables(headers, mapped),
  };
}

/** The index of a header by its name, without regard to case, accents, spaces and signs; -1 when it is not there. */
export function findHeader(headers: readonly string[], wanted: string): number {
  const exact = headers.indexOf(wanted.trim());
  if (exact !== -1 || plain(wanted) === '') return exact;
  return headers.findIndex((header) => plain(header) === plain(wanted));
}

/** Every column that holds addresses by its name, of either kind. */
export function addressColumns(headers: readonly string[]): number[] {
  return [...new Set([...detect(headers, 'phone'), ...detect(headers, 'email')])];
}

/** "There is no column "Mobil". Did you mean "Mobile"? The columns are: …" */
export function noColumn(headers: readonly string[], wanted: string): string {
  const named = headers.filter((header) => header !== '');
  const meant = closest(wanted, named);
  return (
    `There is no column "${wanted}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} ` +
    `The columns are: ${named.join(', ')}.`
  );
}

function findAddress(
  headers: readonly string[],
  mapped: ReadonlyMap<string, number>,
  kinds: readonly AddressKind[],
): { kind: AddressKind; address: number } {
  for (const kind of kinds) {
    const address = mapped.get(kind);
    if (address !== undefined) return { kind, address };
  }
  for (const kind of kinds) {
    const found = detect(headers, kind);
    const [address, other] = found;
    if (address !== undefined && other === undefined) return { kind, address };
    if (address === undefined) continue;
    const list = found.map((i) => `"${headers[i]}" (${columnLetter(i)})`).join(' and ');
    throw new InputError(
      `${list} look like ${NAMES[kind]} columns. Choose one in the campaign file, for example ` +
        `audience.columns.${kind}: ${headers[address]}`,
    );
  }
  const kind = kinds[0] ?? 'phone';
  throw new InputError(
    `No column looks like ${kinds.map((k) => (k === 'email' ? 'an e-mail' : 'a phone number')).join(' or ')}. ` +
      `The columns are: ${headers.filter((header) => header !== '').join(', ')}. ` +
      `Name it in the campaign file: audience.columns.${kind}: HEADER`,
  );
}

const NAMES: Readonly<Record<AddressKind, string>> = { phone: 'phone', email: 'e-mail' };

function detect(headers: readonly string[], field: string): number[] {
  const words = KNOWN.get(field) ?? new Set();
  const found: number[] = [];
  headers.forEach((header, i) => {
    if (words.has(plain(header))) {
      found.push(i);
      return;
    }
    if (field !== 'phone' && field !== 'email') return;
    const parts = header
      .split(/[^\p{L}\p{N}\p{M}]+/u)
      .map(plain)
      .filter((part) => part !== '');
    const others = parts.filter((part) => !words.has(part));
    if (others.length < parts.length && others.every((part) => BESIDE.has(part))) found.push(i);
  });
  return found;
}

/** By mapped name, by the header itself, and by the header in camelCase and snake_case; the first to claim a name has it. */
function findVariables(
  headers: readonly string[],
  mapped: ReadonlyMap<string, number>,
): Map<string, number> {
  const variables = new Map(mapped);
  for (const spell of [asWritten, camelCase, snakeCase]) {
    const claims = new Map<string, number[]>();
    headers.forEach((header, i) => {
      for (const name of new Set([spell(header), spell(withoutAccents(header))])) {
        if (/^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(name)) {
          claims.set(name, [...(claims.get(name) ?? []), i]);
        }
      }
    });
    for (const [name, [index, ...more]] of claims) {
      // Two headers that come to the same name: neither gets it, as nobody could tell which is meant.
      if (index !== undefined && more.length === 0 && !variables.has(name))
        variables.set(name, index);
    }
  }
  return variables;
}

const asWritten = (header: string): string => header;

function wordsOf(header: string): string[] {
  return header.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function camelCase(header: string): string {
  return wordsOf(header)
    .map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word))
    .map((word, i) => (i === 0 ? word[0]?.toLowerCase() : word[0]?.toUpperCase()) + word.slice(1))
    .join('');
}

function snakeCase(header: string): string {
  return wordsOf(header)
    .map((word) => word.toLowerCase())
    .join('_');
}

function withoutAccents(header: string): string {
  return header
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}
