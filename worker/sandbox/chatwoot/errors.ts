import type { Answer } from '../platform';

/** An answer that is not a success, thrown to end and roll back a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** One failed validation: `message` follows the attribute's name in a sentence. */
export interface Problem {
  readonly attribute: string;
  readonly message: string;
}

/** 422 of a record that is not valid. Chatwoot v4.15.1 app/controllers/concerns/request_exception_handler.rb. */
export class RecordInvalid extends Error {
  override readonly name = 'RecordInvalid';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(sentence).join(', '));
  }

  answer(): Answer {
    const attributes = [...new Set(this.problems.map((problem) => problem.attribute))];
    return { status: 422, json: { message: this.message, attributes } };
  }
}

/** Anything else that a Ruby program raises: a 500, except where an action rescues it. */
export class Raised extends Error {
  override readonly name = 'Raised';
}

export const NOT_FOUND: Answer = { status: 404, json: { error: 'Resource could not be found' } };
export const NOT_ALLOWED: Answer = {
  status: 401,
  json: { error: 'You are not authorized to do this action' },
};
/** Rails' own text for a failure that nobody rescued. */
export const INTERNAL_ERROR: Answer = {
  status: 500,
  json: { status: 500, error: 'Internal Server Error' },
};

/** 422 with `error`, as most renderers of Chatwoot do it. */
export function unprocessable(error: string): Answer {
  return { status: 422, json: { error } };
}

/** ActionController::ParameterMissing: something that the channel needs is not there. */
export function parameterMissing(name: string): Refusal {
  return new Refusal(unprocessable(`param is missing or the value is empty: ${name}`));
}

export function notFound(): Refusal {
  return new Refusal(NOT_FOUND);
}

/** What is there, or a 404. */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw notFound();
  return row;
}

const TAKEN: Readonly<Record<string, string>> = {
  de: 'ist bereits vergeben',
  es: 'ya está en uso',
};

/**
 * The text of a uniqueness error. Servers up to 4.13 translate it to the account's language; from 4.14.0 on it stays
 * English. Chatwoot v4.15.1 config/application.rb.
 */
export function taken(locale: string, translated: boolean): string {
  return (translated ? TAKEN[locale] : undefined) ?? 'has already been taken';
}

function sentence(problem: Problem): string {
  if (problem.attribute === 'base') return problem.message;
  // Rails' human name of an attribute: no underscores, no `_id` at the end.
  const words = problem.attribute.replace(/_id$/, '').replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${problem.message}`;
}
