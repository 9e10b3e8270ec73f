import type { Target } from './connection';

/** Why a server cannot be used: it is away, TLS does not agree, the key is refused, the namespace is not there. */
export type Trouble = 'away' | 'tls' | 'key' | 'namespace';

/** gRPC's codes. */
const UNAVAILABLE = [1, 4, 8, 14];
const REFUSED = [7, 16];

/**
 * What is wrong with the server, or with how it is asked; null when the error is about something else. The SDK has one error for
 * everything that happens below it, so its words have to tell.
 */
export function troubleOf(error: unknown): Trouble | null {
  const chain = [...causesOf(error)];
  const words = chain.map(({ name, message }) => `${name} ${message}`).join('\n');
  const codes = chain.map(({ code }) => code);
  if (codes.some((code) => REFUSED.includes(code as number)) || REFUSED_WORDS.test(words))
    return 'key';
  if (NAMESPACE_WORDS.test(words)) return 'namespace';
  if (TLS_WORDS.test(words) || codes.some((code) => TLS_CODES.test(String(code)))) return 'tls';
  if (codes.some((code) => UNAVAILABLE.includes(code as number))) return 'away';
  return AWAY_WORDS.test(words) ? 'away' : null;
}

const REFUSED_WORDS =
  /\b(unauthenticated|permission_?denied|request unauthorized|not authorized|valid authentication credentials|does not have permission)\b/i;
const NAMESPACE_WORDS = /namespace\S* (\S+ )?(was |is )?not found/i;
const TLS_WORDS =
  /InvalidContentType|InvalidCertificate|UnknownIssuer|NotValidForName|AlertReceived|HandshakeFailure|CertificateRequired|BadCertificate|wrong version number|self.signed certificate|\bTLS\b|\bSSL\b/;
const TLS_CODES = /^(ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_VERIFY_)/;
const AWAY_WORDS =
  /TransportError|UnexpectedError|Failed to connect before the deadline|ECONNREFUSED|ECONNRESET|UNAVAILABLE|closed/;

function* causesOf(error: unknown): Generator<Error & { readonly code?: unknown }> {
  let next = error;
  for (let depth = 0; depth < 5 && next instanceof Error; depth += 1) {
    yield next;
    next = next.cause;
  }
}

/** What a person can do about it: the address and the namespace are named, nothing else of the configuration. */
export function wordsOf(trouble: Trouble, { address, namespace, options }: Target): string {
  const where = `${address} (namespace ${namespace})`;
  switch (trouble) {
    case 'away':
      return (
        `Temporal cannot be reached at ${where}. Start a server, or say where it is with TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, or a profile of temporal.toml.` +
        (hasTls(options) ? ' TLS is on: a server without it cannot be reached so.' : '')
      );
    case 'tls':
      return `TLS with Temporal at ${where} does not come about. Look at the TEMPORAL_TLS_* settings: the server's CA, its name, and this client's certificate and key. An API key turns TLS on; a server without it needs TEMPORAL_TLS=false.`;
    case 'key':
      return `Temporal at ${where} does not accept this client. Look at TEMPORAL_API_KEY, or the client certificate, and whether they are for this namespace.`;
    case 'namespace':
      return `Temporal at ${address} has no namespace ${namespace}. Create it (temporal operator namespace create --namespace ${namespace}), or name another with TEMPORAL_NAMESPACE.`;
  }
}

function hasTls({ tls, apiKey }: Target['options']): boolean {
  return (tls !== undefined && tls !== null && tls !== false) || apiKey !== undefined;
}
