import type { Answer } from '../platform';

/** An answer that is not a success, thrown to end and roll back a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** What is wrong, by the path of the field. */
export type Details = Readonly<Record<string, readonly string[]>>;

/** The shape of every error (bird docs, channels-api); the words of most are this sandbox's own. */
export function failure(status: number, code: string, message: string, details?: unknown): Answer {
  return { status, json: { code, message, ...(details === undefined ? {} : { details }) } };
}

/** As it was reported from a live account. */
export function malformed(details: Details): Refusal {
  return new Refusal(
    failure(
      422,
      'InvalidPayload',
      'One or more fields provided in the request body are malformed',
      details,
    ),
  );
}

export function invalid(field: string, problem: string): Refusal {
  return malformed({ [field]: [problem] });
}

export function notFound(what: string): Refusal {
  return new Refusal(failure(404, 'NotFound', `there is no such ${what}`));
}

export function conflict(message: string, details?: unknown): Refusal {
  return new Refusal(failure(409, 'Conflict', message, details));
}

/** What is there, or a 404. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw notFound(what);
  return row;
}
