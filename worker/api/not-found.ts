import type { NotFoundHandler } from 'hono';
import { ApiProblem } from './problem';
import { refuse } from './refuse';
import type { Api, ApiEnv } from './route';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Tells a path that is not there from one that takes other methods. */
export function notFound(app: Api): NotFoundHandler<ApiEnv> {
  return (context) => {
    const { path, method } = context.req;
    const allowed = methodsOf(app, path);
    if (allowed.length === 0) {
      return refuse(new ApiProblem('not_found', 'There is no such address. See /docs.'), context);
    }
    const detail = `This address takes ${allowed.join(', ')}${method.length > 10 ? '' : `, and not ${method}`}.`;
    const headers = { allow: allowed.join(', ') };
    return refuse(new ApiProblem('method_not_allowed', detail, { headers }), context);
  };
}

/** What is there for every method is no route of this path. */
function methodsOf({ router }: Api, path: string): string[] {
  const found = (method: string) => router.match(method, path)[0].length;
  const standing = found('NONE');
  return METHODS.filter((method) => found(method === 'HEAD' ? 'GET' : method) > standing);
}
