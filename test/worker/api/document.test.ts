import { spawnSync } from 'node:child_process';
import Ajv2020 from 'ajv/dist/2020';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../worker/api/app';
import { PROBLEMS } from '../../../worker/api/problem';
import { type TestLedger, testLedger } from '../../support/ledger';
import { ask, type Served, serveApi } from './frame-fixture';

interface Described {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let opened: TestLedger;
let served: Served;
let document: Document;
let page: string;
beforeAll(async () => {
  opened = await testLedger();
  served = await serveApi(opened.ledger);
  document = (await ask(served.url, '/openapi.json')).body as unknown as Document;
  page = (await ask(served.url, '/docs')).body['text'] as string;
});
afterAll(async () => {
  await served.close();
  await opened.close();
});

const operations = (): [string, Described][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): [string, Described] => [
      `${method.toUpperCase()} ${path}`,
      described,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is of the version that generators read; npm run check makes types of it', () => {
    expect(document.openapi).toBe('3.1.0');
  });

  it('has schemas that are JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it('names every route that is mounted, but for the pages and files of the dashboard', () => {
    const app = createApi({
      ledger: opened.ledger,
      status: {},
      desk: {},
      publicUrl: null,
    } as never);
    const mounted = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !/^\/(ui\/.*|docs\/.*)?$/.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(mounted)].sort()).toEqual(
      operations()
        .map(([name]) => name)
        .sort(),
    );
    expect(mounted.length).toBeGreaterThan(30);
  });

  it('says of every route what it is, who may, and what it answers when it does not go well', () => {
    for (const [name, { summary, tags, security, responses }] of operations()) {
      expect(summary, name).toMatch(/\w/);
      expect(tags, name).toHaveLength(1);
      expect(security, name).toBeDefined();
      expect(
        Object.keys(responses).some((status) => /^2/.test(status)),
        name,
      ).toBe(true);
      expect(responses, name).toHaveProperty('500');
      if (security?.length !== 0) {
        for (const status of ['401', '403', '429', '503'])
          expect(responses, name).toHaveProperty(status);
      }
    }
  });

  it('describes every address of a path as a parameter', () => {
    for (const [name, { parameters = [] }] of operations()) {
      const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const described = parameters.filter((it) => it.in === 'path').map((it) => it.name);
      expect(described.sort(), name).toEqual(named.sort());
    }
  });
});

describe('the page for a person', () => {
  it('shows every route, every code of an error, and a command for each route', () => {
    for (const [name, { summary }] of operations()) {
      const [, path = ''] = name.split(' ');
      expect(page).toContain(`<code>${path}</code>`);
      expect(page).toContain(summary?.replaceAll("'", '&#39;') ?? '?');
    }
    for (const code of Object.keys(PROBLEMS)) expect(page).toContain(`<tr id="${code}">`);
    expect(commandsOf(page).length).toBeGreaterThan(operations().length);
  });

  it('loads nothing from elsewhere, and needs no script', async () => {
    expect(page).not.toMatch(/<script|style=|onclick|javascript:/);
    const resources = [...page.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(
      ([, url]) => url ?? '',
    );
    for (const url of resources) expect(url).toMatch(/^\//);
    const { headers } = await ask(served.url, '/docs');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'/);
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(page) ?? [];
    const found = await ask(served.url, style);
    expect(found.headers.get('content-type')).toMatch(/^text\/css/);
  });

  it('links to places that are there', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target = ''] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('has commands that a shell takes as they stand', () => {
    for (const command of commandsOf(page)) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: command, encoding: 'utf8' });
      expect([status, stderr, command]).toEqual([0, '', command]);
    }
  });
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function commandsOf(html: string): string[] {
  return [...html.matchAll(/<pre[^>]*><code>([^]*?)<\/code><\/pre>/g)]
    .map(([, text = '']) =>
      text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (it) => ENTITIES[it] ?? it),
    )
    .filter((text) => text.includes('curl '));
}
