import { describeAddressFailure, parseAddress } from '../../core/address';
import type { Address } from '../../core/message';

/** The address, or why it is none: without the text itself. */
export function readAddress(text: string, country: string | undefined): Address | string {
  const result = parseAddress(text.includes('@') ? 'email' : 'phone', text, country);
  return result.ok ? result.address : describeAddressFailure(result.why);
}
