/** A request's headers, as far as browsers tell in them who asks. */
type Get = (name: string) => string | undefined;

/** Names by which a person reaches their own machine; a name of anybody else's may lead here as well. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether a socket's end is on this machine. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}

/** What proxies add. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-original-forwarded-for',
  'x-real-ip',
  'x-client-ip',
];

/** Something between the browser and us has passed it on: then whoever asks is elsewhere. */
export function isForwarded(get: Get): boolean {
  return FORWARDED.some((name) => get(name) !== undefined);
}

/**
 * Where a browser says the request comes from: our own pages, another website, or nothing at all, as programs do. A link
 * that a person follows to a page of ours is no request of the other website: it does not see the answer.
 */
export function originOf(
  get: Get,
  method: string,
  publicUrl: string | null,
): 'own' | 'other' | 'unsaid' {
  const site = get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return 'own';
  if (site !== undefined) {
    const followed =
      method === 'GET' &&
      get('sec-fetch-mode') === 'navigate' &&
      get('sec-fetch-dest') === 'document';
    return followed ? 'own' : 'other';
  }
  const origin = get('origin');
  if (origin === undefined) return 'unsaid';
  if (!URL.canParse(origin)) return 'other';
  const { host, origin: whole } = new URL(origin);
  if (host === get('host')?.toLowerCase()) return 'own';
  return publicUrl !== null && whole === new URL(publicUrl).origin ? 'own' : 'other';
}
