import type { Context } from 'hono';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiEnv } from '../route';

/** Pages have no parts that are waited for: what they show was read before. */
export async function render(
  context: Context<ApiEnv>,
  page: JSX.Element,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  context.header('vary', 'x-live, cookie');
  return context.body(`<!doctype html>\n${await page}`, status, {
    'content-type': 'text/html; charset=utf-8',
  });
}
