import type { Answer } from '../platform';

/** An answer that is not a success, thrown to end a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** The shapes of Django REST framework: `detail`, or texts by field. Which framework it is, is a guess from the paths. */
export function refuse(status: number, json: unknown): Refusal {
  return new Refusal({ status, json });
}

export function notFound(): Refusal {
  return refuse(404, { detail: 'Not found.' });
}

/** Django's own page, where no framework is left to answer. */
export function serverError(status: number): Answer {
  return {
    status,
    text: `<!doctype html><html lang="en"><body><h1>Server Error (${status})</h1></body></html>`,
    contentType: 'text/html',
  };
}
