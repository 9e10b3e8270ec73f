import type { Context } from 'hono';
import { placeOf } from '../../campaign/place-of';
import { PROBLEMS } from '../problem';
import { problemOf } from '../problem-of';
import type { ApiEnv } from '../route';
import { ProblemPage } from './problem-page';
import { render } from './render';

/** The API's problems as a page. */
export async function refusePage(error: unknown, context: Context<ApiEnv>): Promise<Response> {
  const problem = problemOf(error);
  const [status, title] = PROBLEMS[problem.code];
  const { requestId, frame, caller } = context.var;
  if (status >= 500) {
    frame.ports.log({
      event: 'request_failed',
      code: problem.code,
      requestId,
      ...(problem.code === 'internal' ? { where: placeOf(problem.cause ?? error) } : {}),
    });
  }
  for (const [name, value] of Object.entries(problem.headers)) context.header(name, value);
  const page = (
    <ProblemPage
      title={title}
      detail={problem.message}
      caller={caller ?? null}
      requestId={requestId}
    />
  );
  return render(context, page, status);
}
