import { z } from '@hono/zod-openapi';
import { auditPage } from '../../ledger';
import type { ApiPorts } from '../ports';
import { type Api, iso, json, PAGE, pageOf, route, TIME, text } from '../route';

const Entry = z
  .object({
    at: TIME,
    who: z.string().meta({
      description: 'The name of a key, or user and machine of a command.',
      examples: ['n8n'],
    }),
    action: z.string().meta({ examples: ['pause'] }),
    campaign: z
      .string()
      .nullable()
      .meta({ examples: ['spring-recall'] }),
    detail: z
      .string()
      .nullable()
      .meta({ examples: [null] }),
  })
  .openapi('AuditEntry');

const list = route({
  method: 'get',
  path: '/audit',
  tags: ['Audit'],
  summary: 'Who did what',
  description: 'The newest first.',
  scope: 'admin',
  request: {
    query: z.strictObject({
      limit: PAGE.limit,
      after: z
        .string()
        .regex(/^[1-9]\d{0,14}$/, 'must be the `next` of a page')
        .optional()
        .meta({ description: 'The `next` of the page before.' }),
      campaign: text(80).optional().meta({ description: 'Only what was done to this one.' }),
    }),
  },
  responses: { 200: json(pageOf(Entry), 'A page of what was done.') },
});

export function audit(app: Api, { ledger }: ApiPorts): void {
  app.openapi(list, async (context) => {
    const { limit, after, campaign } = context.req.valid('query');
    const entries = await auditPage(ledger, {
      limit,
      ...(after === undefined ? {} : { before: Number(after) }),
      ...(campaign === undefined ? {} : { campaign }),
    });
    const last = entries.at(-1);
    const next = last === undefined || entries.length < limit ? null : String(last.id);
    const items = entries.map(({ id: _, at, ...entry }) => ({ at: iso(at), ...entry }));
    return context.json({ items, next }, 200);
  });
}
