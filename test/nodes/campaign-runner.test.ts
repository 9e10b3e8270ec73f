import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { NodeApiError } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunner, type RunnerOptions } from '../../nodes/Campaign/runner';
import { testLedger } from '../support/ledger';
import { type FakeOptions, fakeContext } from '../support/n8n-context';
import { overFetch } from '../support/n8n-fetch';
import { keyFor, serveApi } from '../worker/api/frame-fixture';
import { runCampaign } from './campaign-fixture';

const KEY = 'crk_sesame-open-0123456789';

interface Said {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Ends the connection instead. */
  readonly hangUp?: true;
}

/** A runner that answers as it is told to, the last answer again and again. */
let server: Server;
let url: string;
let answers: Said[];
let asked: { line: string; at: number; headers: IncomingMessage['headers']; body: string }[];
beforeEach(async () => {
  answers = [{}];
  asked = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray()).toString();
  const line = `${request.method ?? ''} ${request.url ?? ''}`;
  asked.push({ line, at: performance.now(), headers: request.headers, body });
  const said = answers.length > 1 ? answers.shift() : answers[0];
  if (said?.hangUp === true) {
    request.socket.destroy();
    return;
  }
  const { status = 200, body: words = { ok: true }, headers = {} } = said ?? {};
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof words === 'string' ? words : JSON.stringify(words));
}

const problem = (code: string, detail: string, more: object = {}) => ({
  ...{ type: '/docs', title: 'A title', status: 400, code, detail, requestId: 'r1' },
  ...more,
});

function runnerAt(
  at: string = url,
  options: RunnerOptions & { readonly signal?: AbortSignal } = {},
  more: Partial<FakeOptions> = {},
) {
  const { signal, ...patience } = options;
  const { context } = fakeContext({
    ...{ parameters: {}, ...overFetch(at, { key: KEY, ...(signal && { signal }) }) },
    ...(signal && { signal }),
    ...more,
  });
  return createRunner(context, patience);
}

/** One whose socket says this. */
function silent(at: string, said: object) {
  const { context } = fakeContext({
    ...{ parameters: {}, credentials: { baseUrl: at, apiKey: KEY } },
    http: () => Promise.reject(Object.assign(new Error(`connect ${KEY}`), said)),
  });
  return createRunner(context, { maxRetries: 0 });
}

const GET = { method: 'GET', path: '/campaigns' } as const;
async function failing(
  request: Parameters<ReturnType<typeof runnerAt>['ask']>[0],
  runner = runnerAt(),
): Promise<NodeApiError> {
  const [outcome] = await Promise.allSettled([runner.ask(request, 2)]);
  if (outcome.status === 'fulfilled') throw new Error('nothing was refused');
  return outcome.reason as NodeApiError;
}

describe("the runner's client", () => {
  it('asks below the base URL, with the key, and gives the JSON of the answer', async () => {
    answers = [{ body: { name: 'spring' } }];
    const runner = runnerAt(`${url}/runner/`);
    const query = { limit: 5, after: undefined, start: true, column: ['a,b', 'c'] };
    const json = { text: 'Grüß' };
    expect(await runner.ask({ ...GET, method: 'POST', query, json })).toEqual({ name: 'spring' });
    expect(asked[0]).toMatchObject({
      line: 'POST /runner/campaigns?limit=5&start=true&column=a%2Cb&column=c',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: '{"text":"Grüß"}',
    });
  });

  it('says what is wrong in the words of the runner, and where in those of the editor', async () => {
    const errors = [
      { path: 'body.to', message: 'must be a phone number' },
      { path: 'header.idempotency-key', message: 'is too long' },
      { path: 'body.unheardOf', message: 'is not known' },
    ];
    answers = [{ status: 422, body: problem('invalid_input', 'It cannot be used.', { errors }) }];
    const error = await failing(GET);
    expect(error).toMatchObject({
      message: 'It cannot be used',
      description:
        'Recipient: must be a phone number. Send Key: is too long. body.unheardOf: is not known',
      httpCode: '422',
      context: { itemIndex: 2, code: 'invalid_input' },
      failure: { cause: 'configuration-invalid' },
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [401, 'unauthorized', 'credential-invalid', /campaign keys create/],
    [403, 'forbidden', 'credential-invalid', /--scope send/],
    [404, 'not_found', 'configuration-invalid', /right runner/],
    [409, 'conflict', undefined, /Get Status/],
    [500, 'internal', undefined, /log/],
    [502, 'account_refused', 'configuration-invalid', /accounts test/],
    [507, 'disk_full', 'temporarily-unavailable', /Make room/],
  ])('reports %i %s at once, with what to do', async (status, code, cause, advice) => {
    answers = [{ status, body: problem(code, 'No.') }];
    const error = await failing(GET);
    expect(error).toMatchObject({ message: 'No', httpCode: String(status), context: { code } });
    expect(error.failure?.cause).toBe(cause);
    expect(error.description).toMatch(advice);
    expect(asked).toHaveLength(1);
  });

  it('asks again after as long as it is told to wait', async () => {
    answers = [
      { status: 429, body: problem('rate_limited', 'Wait.'), headers: { 'retry-after': '1' } },
      { status: 503, body: problem('ledger_away', 'Away.'), headers: { 'retry-after': '0' } },
      { status: 409, body: problem('busy', 'At it.'), headers: { 'retry-after': '0' } },
      { body: { n: 4 } },
    ];
    expect(await runnerAt().ask({ method: 'POST', path: '/sends', json: {} })).toEqual({ n: 4 });
    const [first = 0, second = 0] = asked.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(990);
    expect(asked.map(({ body }) => body)).toEqual(['{}', '{}', '{}', '{}']);
  });

  it('gives up after so many times, or where it is to wait for too long', async () => {
    const away = (seconds: string) => ({
      ...{ status: 503, body: problem('platform_away', 'The platform is away.') },
      headers: { 'retry-after': seconds },
    });
    answers = [away('0')];
    const error = await failing(GET, runnerAt(url, { maxRetries: 2 }));
    expect(asked).toHaveLength(3);
    expect(error.failure).toEqual({ cause: 'temporarily-unavailable', retryAfterMs: 0 });
    answers = [away('301')];
    expect((await failing(GET)).failure).toMatchObject({ retryAfterMs: 301_000 });
    expect(asked).toHaveLength(4);
  });

  it('asks again where no answer came, and then says whether it may be done', async () => {
    answers = [{ hangUp: true }, { body: { ok: 1 } }];
    expect(await runnerAt().ask(GET)).toEqual({ ok: 1 });
    answers = [{ hangUp: true }];
    const none = runnerAt(url, { maxRetries: 0 });
    expect((await failing({ method: 'POST', path: '/sends' }, none)).description).toContain(
      'Whether it did what was asked for is not known',
    );
    expect((await failing(GET, none)).description).toBe('Try it again later');
  });

  it('says that nobody is there, and what to look at', async () => {
    server.close();
    const error = await failing(GET, silent(url, { code: 'ECONNREFUSED' }));
    expect(error.message).toBe(`The runner is not reachable at ${url} (ECONNREFUSED)`);
    expect(error.description).toMatch(/campaign serve.*Docker/);
    expect(error.failure).toEqual({ cause: 'temporarily-unavailable' });
  });

  it('says that http was written as https, or that a certificate is not trusted, and what to look at', async () => {
    const https = url.replace('http:', 'https:');
    const post = { method: 'POST', path: '/sends', json: {} } as const;
    const message =
      'write EPROTO 40:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:tlsany_meth.c:77:';
    const wrong = await failing(post, silent(https, { code: 'EPROTO', message }));
    expect(wrong.message).toBe(`The runner is not reachable at ${https} (EPROTO)`);
    expect(wrong.description).toMatch(/http:\/\/ or https:\/\//);
    const real = await failing(post, runnerAt(https, { maxRetries: 0 }));
    expect(real.description).toBe(wrong.description);
    const old = await failing(post, silent(https, { code: 'CERT_HAS_EXPIRED' }));
    expect(old.description).toMatch(/does not trust the certificate/);
  });

  it('sends a stream once only', async () => {
    answers = [
      { status: 503, body: problem('overloaded', 'Much.'), headers: { 'retry-after': '0' } },
    ];
    const bytes = Readable.from([Buffer.from('phone\n'), Buffer.from('+12025550123\n')]);
    const error = await failing({
      ...{ method: 'PUT', path: '/campaigns/spring/list' },
      body: { bytes, type: 'text/csv' },
    });
    expect(error.message).toBe('Much');
    expect(asked.map(({ body }) => body)).toEqual(['phone\n+12025550123\n']);
    expect(asked[0]?.headers['content-type']).toBe('text/csv');
  });

  it('sends a file again from its beginning, within the same bounds as anything else', async () => {
    const away = (seconds: string) => ({
      ...{ status: 503, body: problem('overloaded', 'Much.') },
      headers: { 'retry-after': seconds },
    });
    const bytes = async () => Readable.from([Buffer.from('phone\n'), Buffer.from('+1\n')]);
    const put = { method: 'PUT', path: '/x', body: { bytes, type: 'text/csv' } } as const;
    answers = [away('0'), { hangUp: true }, { body: { rows: 1 } }];
    expect(await runnerAt().ask(put)).toEqual({ rows: 1 });
    expect(asked.map(({ body }) => body)).toEqual(Array(3).fill('phone\n+1\n'));
    answers = [away('301')];
    expect((await failing(put)).message).toBe('Much');
    expect(asked).toHaveLength(4);
  });

  it.each([['filesystem-v2:x'], [undefined]])(
    'a list that is not taken is sent as often as the option says, and not longer than anything else: %s',
    async (id) => {
      const data = { data: '', mimeType: 'text/csv', ...(id !== undefined && { id }) };
      const binary = { data: { data, bytes: Buffer.from('phone\n+12025550110\n') } };
      const away = (seconds: string) => [
        { body: { name: 'spring', state: 'importing' } },
        {
          ...{ status: 503, body: problem('overloaded', 'Much.') },
          headers: { 'retry-after': seconds },
        },
      ];
      const upload = () =>
        runCampaign({ url }, { audience: 'file', options: { maxRetries: 3 } }, { binary });
      const puts = () => asked.filter(({ line }) => line.startsWith('PUT '));
      answers = away('0');
      await expect(upload()).rejects.toThrow('Much');
      expect(puts()).toHaveLength(4);
      expect(new Set(puts().map(({ body }) => body)).size).toBe(1);
      answers = away('400');
      await expect(upload()).rejects.toThrow('Much');
      expect(puts()).toHaveLength(5);
    },
  );

  describe('what may be done once only', () => {
    const post = { method: 'POST', path: '/campaigns/spring/resume', once: true } as const;
    const unknown =
      "Whether it did what was asked for is not known. Look with 'Campaign: Get Status' before you ask for it again";

    it.each<[string, Said]>([
      ['without an answer', { hangUp: true }],
      ['after it took too long', { status: 503, body: problem('overloaded', 'Too long.') }],
      ['when the ledger went away', { status: 503, body: problem('ledger_away', 'Away.') }],
      ['after words of a proxy', { status: 504, body: 'Gateway Timeout' }],
    ])('is not asked for again %s, and that says so', async (_, said) => {
      answers = [said];
      expect((await failing(post)).description).toContain(unknown);
      expect(asked).toHaveLength(1);
    });

    it('is asked for again where it was surely not done', async () => {
      const headers = { 'retry-after': '0' };
      answers = [
        { status: 429, body: problem('rate_limited', 'Wait.'), headers },
        { status: 409, body: problem('busy', 'At it.'), headers },
        { body: { n: 1 } },
      ];
      expect(await runnerAt().ask(post)).toEqual({ n: 1 });
      expect(asked).toHaveLength(3);
      let tries = 0;
      const { context } = fakeContext({
        ...{ parameters: {}, credentials: { baseUrl: url, apiKey: KEY } },
        http: () => {
          tries += 1;
          return Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
        },
      });
      const error = await failing(post, createRunner(context, { maxRetries: 1 }));
      expect(error.description).not.toContain('not known');
      expect(tries).toBe(2);
    });
  });

  it('stops when the execution is cancelled: at the wait, and before a request', async () => {
    const cancel = new AbortController();
    answers = [
      { status: 429, body: problem('rate_limited', 'W.'), headers: { 'retry-after': '60' } },
    ];
    const runner = runnerAt(url, { signal: cancel.signal });
    const began = performance.now();
    const failed = failing({ method: 'POST', path: '/sends' }, runner);
    setTimeout(() => cancel.abort(), 200);
    expect((await failed).message).toMatch(/cancelled; whether .* is not known/);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect((await failing(GET, runner)).message).toBe('The execution was cancelled');
    expect(asked).toHaveLength(1);
  });

  it('knows an answer that is not of the runner, also a good one', async () => {
    answers = [{ status: 200, body: '<html>Welcome</html>' }];
    const wrong = await failing(GET);
    expect(wrong.message).toBe(`What answers at ${url} is not the API of the runner (status 200)`);
    expect(asked).toHaveLength(1);
    answers = [{ status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } }];
    expect((await failing(GET)).httpCode).toBe('302');
    answers = [{ status: 502, body: 'Bad Gateway' }];
    expect((await failing(GET, runnerAt(url, { maxRetries: 1 }))).httpCode).toBe('502');
    expect(asked).toHaveLength(4);
  });

  it('tells no key, even where the answer repeats it', async () => {
    answers = [{ status: 401, body: problem('unauthorized', `The key ${KEY} is not known.`) }];
    const error = await failing(GET);
    expect(JSON.stringify({ ...error, m: error.message, s: error.stack })).not.toContain(KEY);
    expect(error.message).toContain('•••');
  });

  it('refuses a base URL that is no address, or that lets somebody in by a name', async () => {
    await expect(runnerAt('runner:4100').ask(GET)).rejects.toThrow('The Base URL');
    for (const who of ['ada:secret-word', 'secret-word', ':secret-word']) {
      const error = await failing(GET, runnerAt(url.replace('//', `//${who}@`)));
      expect(error.message).toMatch(/^The Base URL .* has a user name or a password in it$/);
      expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/ada|secret-word/);
    }
    expect(asked).toHaveLength(0);
  });

  it('downloads as a stream, and says what is wrong instead of one', async () => {
    answers = [{ body: 'row,state\n', headers: { 'content-type': 'text/csv' } }];
    const bytes = await runnerAt().download(GET);
    expect(Buffer.isBuffer(bytes)).toBe(false);
    expect(Buffer.concat(await (bytes as Readable).toArray()).toString()).toBe('row,state\n');
    answers = [{ status: 404, body: problem('not_found', 'There is no campaign spring.') }];
    await expect(runnerAt().download(GET)).rejects.toMatchObject({
      ...{ message: 'There is no campaign spring', httpCode: '404' },
    });
  });

  it('speaks with the real API: a wrong key, one that may only read, and one that may send', async () => {
    const opened = await testLedger();
    const served = await serveApi(opened.ledger);
    const by = (key: string) =>
      createRunner(fakeContext({ parameters: {}, ...overFetch(served.url, { key }) }).context);
    const start = { method: 'POST', path: '/campaigns/spring/start' } as const;
    try {
      const read = await keyFor(opened.ledger, 'read');
      const send = await keyFor(opened.ledger, 'send');
      expect((await failing(GET, by(KEY))).context['code']).toBe('unauthorized');
      expect((await failing(start, by(read))).context['code']).toBe('forbidden');
      expect(await failing(start, by(send))).toMatchObject({
        ...{ httpCode: '404', message: expect.stringContaining('spring') as string },
      });
      expect(await by(read).ask(GET)).toEqual({ items: [], next: null });
    } finally {
      await served.close();
      await opened.close();
    }
  });
});
