import type { Address } from '../../core/message';
import type { Profile } from '../provider';
import type { Settings } from './settings';

export interface Names {
  readonly firstName?: string;
  readonly lastName?: string;
}

/**
 * A contact's names: as they are given, or a whole name parted at its first space. Somebody without any is called by the
 * number, unless the account says otherwise: names are asked for, and a number is found again among many.
 */
export function namesOf(profile: Profile, address: Address, { unnamed }: Settings): Names {
  const whole = (profile.name ?? '').trim();
  const space = whole.search(/\s/);
  const parted = space === -1 ? [whole, ''] : [whole.slice(0, space), whole.slice(space).trim()];
  const given = [profile.firstName?.trim() ?? '', profile.lastName?.trim() ?? ''];
  const [first = '', last = ''] = given.join('') === '' ? parted : given;
  if (first === '' && last === '') return unnamed === 'phone' ? { firstName: address.value } : {};
  return {
    ...(first === '' ? {} : { firstName: first }),
    ...(last === '' ? {} : { lastName: last }),
  };
}

/**
 * What the contact's conversation is looked for by: the longest word of the names, because no document says how the
 * platform joins them; empty where there is none.
 */
export function searchWordOf(profile: Profile, address: Address, settings: Settings): string {
  const { firstName = '', lastName = '' } = namesOf(profile, address, settings);
  const words = `${firstName} ${lastName}`.split(/\s+/);
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '');
}
