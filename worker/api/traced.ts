import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { ApiEnv } from './route';

const tracer = trace.getTracer('campaign-runner');

/** A span for each request, named by its route: a path names campaigns, and stays out of it. */
export const traced: MiddlewareHandler<ApiEnv> = (context, next) =>
  tracer.startActiveSpan('request', { kind: SpanKind.SERVER }, async (span) => {
    try {
      await next();
    } finally {
      const { method } = context.req;
      const route = routePath(context, -1);
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': context.res.status,
      });
      if (context.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  });
