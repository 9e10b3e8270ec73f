import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { RECIPIENT_STATES } from '../../../core/words';
import { consentReader, type ResultLines, resultLines } from '../../campaign/results-csv';
import { type Campaign, type Ledger, needCampaign, resultsPage } from '../../ledger';
import { invalid } from '../invalid';
import type { ApiPorts } from '../ports';
import {
  type Api,
  type ApiEnv,
  iso,
  json,
  listed,
  NAME,
  PAGE,
  pageOf,
  route,
  TIME,
  text,
} from '../route';

const tags = ['Results'];
const params = z.strictObject({ name: NAME.meta({ examples: ['spring-recall'] }) });
const WHICH = {
  state: listed(RECIPIENT_STATES, 'Only in these states.').optional(),
  reason: text(100)
    .optional()
    .meta({ description: 'Only with this reason.', examples: ['unavailable'] }),
};

const orNull = (example: string | null = null) =>
  z
    .string()
    .nullable()
    .meta({ examples: [example] });

const Result = z
  .object({
    row: z.int().meta({ description: 'In the list.', examples: [12] }),
    address: orNull('+12025550123').describe('Null where it could not be read, or was forgotten.'),
    listedAs: z
      .string()
      .meta({ description: 'As it stands in the list.', examples: ['(202) 555-0123'] }),
    state: z.enum(RECIPIENT_STATES).meta({ examples: ['sent'] }),
    reason: orNull(),
    detail: orNull(),
    attempts: z.int().meta({ examples: [1] }),
    messageId: orNull('90210'),
    conversationId: orNull('417'),
    delivery: orNull('delivered'),
    consent: z
      .object({ method: z.string(), detail: orNull(), evidence: orNull(), on: orNull() })
      .nullable()
      .meta({ description: 'Why this person may be written to.' }),
    updatedAt: TIME,
  })
  .openapi('Result');

const page = route({
  method: 'get',
  path: '/campaigns/{name}/results',
  tags,
  summary: 'Every row with what became of it, and why',
  description:
    "In the list's order, page by page. With `Accept: text/csv` all of it at once, as CSV. It holds people's addresses.",
  scope: 'read',
  problems: ['not_found'],
  request: { params, query: z.strictObject({ ...PAGE, ...WHICH }) },
  responses: {
    200: {
      description: 'A page of rows; or CSV.',
      content: {
        ...json(pageOf(Result), '').content,
        'text/csv': { schema: z.string() },
      },
    },
  },
});

const csv = route({
  method: 'get',
  path: '/campaigns/{name}/results.csv',
  tags,
  summary: 'The same as a CSV file',
  description: 'A cell that a spreadsheet could take for a formula begins with an apostrophe.',
  scope: 'read',
  problems: ['not_found'],
  request: { params, query: z.strictObject(WHICH) },
  responses: {
    200: {
      description: 'The whole of it, however long.',
      content: { 'text/csv': { schema: z.string() } },
    },
  },
});

interface Which {
  readonly state?: ResultLines['states'];
  readonly reason?: string | undefined;
}

export function resultRoutes(app: Api, ports: ApiPorts): void {
  const { ledger } = ports;

  app.openapi(page, async (context) => {
    const campaign = await needCampaign(ledger.db, context.req.valid('param').name);
    const { limit, after, ...which } = context.req.valid('query');
    context.header('vary', 'Accept');
    if (wantsCsv(context)) return stream(context, ports, campaign, which);
    const { rows, next } = await resultsPage(ledger, campaign, {
      limit,
      ...(after === undefined ? {} : { after: placeOf(after) }),
      ...chosen(which),
    });
    const consent = consentReader(campaign);
    const items = rows.map((row) => ({
      ...{ row: row.row, address: row.address, listedAs: row.raw },
      ...{ state: row.state, reason: row.reason, detail: row.detail, attempts: row.attempts },
      ...{ messageId: row.message_id, conversationId: row.conversation_id },
      ...{ delivery: row.delivery, consent: consent(row), updatedAt: iso(row.updated_at) },
    }));
    return context.json({ items, next: next === null ? null : String(next) }, 200);
  });

  app.openapi(csv, async (context) => {
    const campaign = await needCampaign(ledger.db, context.req.valid('param').name);
    return stream(context, ports, campaign, context.req.valid('query'));
  });
}

function wantsCsv(context: Context<ApiEnv>): boolean {
  const accept = context.req.header('accept') ?? '';
  return /text\/csv/i.test(accept) && !/application\/json/i.test(accept);
}

/** Row by row as the client takes it: nothing is read ahead of it. */
function stream(
  context: Context<ApiEnv>,
  { ledger, log }: ApiPorts,
  campaign: Campaign,
  which: Which,
): Response {
  const lines = linesOf(ledger, campaign, which);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await lines.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        log({ event: 'results_broke_off', code: error instanceof Error ? error.name : 'unknown' });
        controller.error(new Error('the results broke off'));
      }
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return context.body(body, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${campaign.name}-results.csv"`,
  });
}

async function* linesOf(
  ledger: Ledger,
  campaign: Campaign,
  which: Which,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const { text: lines } of resultLines(ledger, campaign, chosen(which))) {
    yield Buffer.from(lines);
  }
  return undefined;
}

function chosen({ state, reason }: Which): ResultLines {
  return {
    ...(state === undefined ? {} : { states: state }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The cursor of a page. @throws ApiProblem when it is none. */
function placeOf(after: string): number {
  if (/^\d{1,10}$/.test(after)) return Number(after);
  throw invalid('query.after', 'after is not the `next` of a page.');
}
