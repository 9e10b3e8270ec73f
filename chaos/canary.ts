/** What must not be found anywhere outside the ledger. */
export interface Secrets {
  /** People's numbers, in E.164. */
  readonly numbers: readonly string[];
  /** Kind → what it looks like: names, texts, tokens. */
  readonly patterns: Readonly<Record<string, RegExp>>;
}

export interface Canary {
  /** The kinds of secrets in a text. Never what was found itself. */
  inText(text: string): string[];
  /** `path: kind` for every secret in the strings of a JSON document, also of those that are in base64. */
  inJson(document: unknown): string[];
}

const BASE64 = /^[A-Za-z0-9+/]{8,}={0,2}$/;
/** As people write them, and as we do. */
const WRITTEN = /\(?\b\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}\b/g;

/** Sings when something personal or secret is where it must not be. */
export function createCanary({ numbers, patterns }: Secrets): Canary {
  const digits = new Set<string>();
  for (const number of numbers) {
    const all = number.replace(/\D/g, '');
    digits.add(all);
    // Without its country code.
    digits.add(all.slice(-10));
  }

  function inText(text: string): string[] {
    const found = Object.entries(patterns)
      .filter(([, pattern]) => pattern.test(text))
      .map(([kind]) => kind);
    const runs = text.match(/\d{7,}/g) ?? [];
    const written = (text.match(WRITTEN) ?? []).map((one) => one.replace(/\D/g, ''));
    if ([...runs, ...written].some((run) => digits.has(run))) found.push('address');
    return found;
  }

  function inJson(document: unknown): string[] {
    return stringsOf(document).flatMap(([path, text]) =>
      inText(text).map((kind) => `${path}: ${kind}`),
    );
  }

  return { inText, inJson };
}

/** Every string of a document with where it stands: the names of fields too, and what is in base64 also as it reads decoded. */
export function stringsOf(document: unknown, path = ''): [path: string, text: string][] {
  if (typeof document === 'string') {
    const decoded = BASE64.test(document) ? Buffer.from(document, 'base64').toString('utf8') : null;
    return decoded === null
      ? [[path, document]]
      : [
          [path, document],
          [path, decoded],
        ];
  }
  if (Array.isArray(document)) {
    return document.flatMap((each, i) => stringsOf(each, `${path}[${i}]`));
  }
  if (document === null || typeof document !== 'object') return [[path, String(document)]];
  return Object.entries(document).flatMap(([name, value]) => [
    [`${path} (a name)`, name] as [string, string],
    ...stringsOf(value, path === '' ? name : `${path}.${name}`),
  ]);
}
