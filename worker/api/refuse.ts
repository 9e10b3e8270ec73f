import type { Hook } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { placeOf } from '../campaign/place-of';
import { ApiProblem, PROBLEMS } from './problem';
import { problemOf } from './problem-of';
import type { ApiEnv } from './route';

/** Answers with a problem, and tells the log of those that are ours. */
export function refuse(error: unknown, context: Context<ApiEnv>): Response {
  const problem = problemOf(error);
  const [status, title] = PROBLEMS[problem.code];
  const { requestId } = context.var;
  if (status >= 500) {
    const cause = problem.cause ?? error;
    context.var.frame.ports.log({
      event: 'request_failed',
      code: problem.code,
      requestId,
      ...(problem.code === 'internal' ? { where: placeOf(cause) } : {}),
    });
  }
  const { publicUrl } = context.var.frame.ports;
  return new Response(
    JSON.stringify({
      type: `${publicUrl ?? ''}/docs#${problem.code}`,
      title,
      status,
      code: problem.code,
      detail: problem.message,
      requestId,
      ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
    }),
    { status, headers: { ...problem.headers, 'content-type': 'application/problem+json' } },
  );
}

/** More than that says nothing new. */
const MOST_ERRORS = 50;

/** What is wrong with a request by its schema, place by place. What stands there is not repeated: it may be somebody's. */
export const refuseInvalid: Hook<unknown, ApiEnv, string, void> = (result) => {
  if (result.success) return;
  const { target, error } = result;
  const errors = error.issues.slice(0, MOST_ERRORS).map((issue) => ({
    path: [PLACES[target] ?? target, ...issue.path.map((part) => plain(String(part)))].join('.'),
    message:
      issue.code === 'unrecognized_keys'
        ? `has what is not known here: ${issue.keys.map(plain).join(', ')}`
        : issue.message,
  }));
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new ApiProblem('invalid_input', detail, { errors });
};

const PLACES: Readonly<Record<string, string>> = { json: 'body', param: 'path' };

/** A name, and nothing that could be somebody's address. */
const plain = (key: string): string => (/^[A-Za-z_][\w-]{0,40}$|^\d{1,6}$/.test(key) ? key : '…');
