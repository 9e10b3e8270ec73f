import type { Address } from '../../core/message';
import { isCountry } from '../../core/phone';
import { InputError } from '../campaign/input-error';
import { readAddress } from '../campaign/read-address';

/** An address of a command line, the nth. @throws InputError that does not quote it. */
export function givenAddress(text: string, at: number, country: string | undefined): Address {
  checkCountry(country);
  const address = readAddress(text, country);
  if (typeof address !== 'string') return address;
  // Without the address itself: what is on a command line ends in logs.
  const failure = address.replace('set audience.country', 'give --country');
  throw new InputError(`Address ${at + 1} cannot be used: ${failure}. Nothing was changed.`);
}

export function checkCountry(country: string | undefined): void {
  if (country === undefined || isCountry(country)) return;
  throw new InputError('--country must be a country code in capitals, like US or GB.');
}
