import { z } from '@hono/zod-openapi';
import { docsPage, STYLE, STYLE_PATH } from '../docs/page';
import { type Document, documentOf } from '../openapi';
import type { ApiPorts } from '../ports';
import { type Api, json, route } from '../route';

const tags = ['Process'];

const description = route({
  method: 'get',
  path: '/openapi.json',
  tags,
  summary: 'This API as an OpenAPI 3.1 document',
  description: 'Open to everybody.',
  scope: null,
  responses: { 200: json(z.looseObject({ openapi: z.string() }), 'The document.') },
});

const page = route({
  method: 'get',
  path: '/docs',
  tags,
  summary: 'This page',
  description: 'Open to everybody.',
  scope: null,
  responses: {
    200: { description: 'For a person.', content: { 'text/html': { schema: z.string() } } },
  },
});

/** No script, no frame, nothing from elsewhere. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/** The last topic: it describes what was mounted before. */
export function document(app: Api, ports: ApiPorts): void {
  let made: Document | undefined;
  const theDocument = (): Document => {
    made ??= documentOf(app, ports);
    return made;
  };

  app.openapi(description, (context) => context.json(theDocument() as never, 200));

  app.openapi(page, async (context) => {
    // Commands are shown with the address that the reader has come to.
    const base = ports.publicUrl ?? new URL(context.req.url).origin;
    const html = await docsPage(theDocument(), base.replace(/\/$/, ''));
    return context.body(html, 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
    });
  });

  app.get(STYLE_PATH, (context) =>
    context.body(STYLE, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    }),
  );
}
