export type EmailFailure = 'empty' | 'too_long' | 'not_an_address';

export type EmailResult =
  | { readonly ok: true; readonly raw: string; readonly value: string }
  | { readonly ok: false; readonly raw: string; readonly why: EmailFailure };

/**
 * What mail providers hand out, not all that RFC 5322 allows: no quotes, comments or spaces, no dot at an edge or
 * doubled, a domain of at least two labels. ASCII: an international domain is given in its xn-- form.
 */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads one e-mail address; `value` is in lower case. Never throws. */
export function parseEmail(raw: string): EmailResult {
  const value = raw
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
  if (value === '') return { ok: false, raw, why: 'empty' };
  if (value.length > 254 || value.indexOf('@') > 64) return { ok: false, raw, why: 'too_long' };
  return ADDRESS.test(value) ? { ok: true, raw, value } : { ok: false, raw, why: 'not_an_address' };
}
