import type { ApiPorts } from './ports';
import type { Api } from './route';

export type Document = ReturnType<Api['getOpenAPI31Document']>;

const INTRODUCTION = `Campaigns, single messages and what becomes of them. JSON in and out; times are ISO 8601 in UTC; what a request does not know is refused, not ignored.

Every request needs \`Authorization: Bearer …\` with a key of \`campaign keys create\`, whose scope (\`read\`, \`send\` or \`admin\`, each with all before it) is at least the one of the route. As long as there is no key, requests from the same machine are let in without.`;

export const TAGS: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'Campaigns', description: 'Messages to the people of a list.' },
  { name: 'Recipients', description: 'The people of a campaign: as one list, or in chunks.' },
  { name: 'Results', description: 'What became of each row.' },
  { name: 'Sends', description: 'Single messages.' },
  { name: 'Schedules', description: 'Campaigns that are opened again and again, by the clock.' },
  { name: 'Suppressions', description: 'People who must never be written to.' },
  { name: 'Events', description: 'What happened, as a feed and as a stream.' },
  { name: 'Accounts', description: 'Credentials with platforms, by their names.' },
  { name: 'Webhooks', description: 'What platforms tell.' },
  { name: 'Audit', description: 'Who did what.' },
  { name: 'Process', description: 'Health and metrics, and this documentation.' },
];

/** The OpenAPI document of everything that the app has mounted by now. */
export function documentOf(app: Api, { version, publicUrl }: ApiPorts): Document {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of `campaign keys create`.',
  });
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Campaign Runner',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: publicUrl ?? '/' }],
  });
  const used = new Set(
    Object.values(document.paths ?? {}).flatMap((path) =>
      Object.values(path as Record<string, { tags?: string[] }>).flatMap(({ tags = [] }) => tags),
    ),
  );
  const { webhooks: _, ...rest } = document;
  return { ...rest, tags: TAGS.filter(({ name }) => used.has(name)).map((tag) => ({ ...tag })) };
}
