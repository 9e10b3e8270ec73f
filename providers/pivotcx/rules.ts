import type { Rules } from '../ask';
import { type Body, readFields } from '../read';
import { PROVIDER } from './settings';

/**
 * After somebody has texted STOP the platform refuses to write to them, and no document says how. So any 4xx to a message
 * is final for its recipient.
 */
export const rules: Rules = {
  provider: PROVIDER,
  refuses: () => ({ reason: 'other' }),
  words: wordsOf,
};

/**
 * What is said in an error of Django REST framework, which the paths of this API point to: `{"detail": "…"}`, or texts by
 * field, nested as the fields are. Undefined where nothing is.
 */
export function wordsOf(body: Body): string | undefined {
  const said = [...leaves(body, [])].map(({ path, text }) =>
    path.length === 0 || path.join('.') === 'detail' ? text : `${path.join('.')}: ${text}`,
  );
  return said.length === 0 ? undefined : said.join(', ');
}

/** Whether an error is about the phone number: what it says there depends on the server's language. */
export function namesPhone(body: Body): boolean {
  return [...leaves(body, [])].some(({ path }) => path.some((name) => /phone/i.test(name)));
}

/** Whether an error says in English that there is such a contact already; a hint only. */
export function saysTaken(body: Body): boolean {
  return /unique|already|exists|taken|duplicate/i.test(wordsOf(body) ?? '');
}

interface Leaf {
  readonly path: readonly string[];
  readonly text: string;
}

function* leaves(body: Body, path: readonly string[]): Generator<Leaf> {
  if (typeof body === 'string') {
    if (body !== '') yield { path, text: body };
  } else if (Array.isArray(body)) {
    for (const each of body) yield* leaves(each, path);
  } else {
    for (const [name, value] of Object.entries(readFields(body, ''))) {
      yield* leaves(value, [...path, name]);
    }
  }
}
