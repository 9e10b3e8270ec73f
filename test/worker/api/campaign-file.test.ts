import { afterEach, describe, expect, it } from 'vitest';
import { onBothLedgers, type TestLedger, testLedger } from '../../support/ledger';
import { listOf } from '../cli/fixture';
import { type ApiPlace, asked, openApi, untilState } from './campaign-fixture';

const FILE = `# As it stands on somebody's disk.
name: spring
account: support
inbox: 3
audience:
  file: lists/customers.csv
  country: US
  sheet: March
consent: { method: form }
message:
  text: "Hi {{ name }}, it is time."
`;
const TYPE = { 'content-type': 'application/yaml' };

let opened: TestLedger;
let place: ApiPlace;

async function begin(open: () => Promise<TestLedger>): Promise<void> {
  opened = await open();
  place = await openApi(opened);
}

async function end(): Promise<void> {
  await place.close();
  await opened.close();
}

interface Told {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: Record<string, unknown> & {
    readonly errors: readonly { readonly path: string; readonly message: string }[];
  };
}

async function post(
  body: string | Uint8Array,
  query = '',
  headers: Record<string, string> = {},
): Promise<Told> {
  const answer = await fetch(`${place.url}/campaigns${query}`, {
    method: 'POST',
    body,
    headers: { ...TYPE, ...headers },
  });
  return {
    status: answer.status,
    replayed: answer.headers.has('idempotency-replayed'),
    body: (await answer.json()) as Told['body'],
  };
}

const campaigns = async () => (await place.ask('/campaigns')).body['items'] as unknown[];

onBothLedgers('a campaign file that is handed over as it is', (open) => {
  afterEach(end);

  it('becomes a campaign whose list is uploaded, whatever path the file names', async () => {
    await begin(open);
    place.work();
    const made = await post(FILE, '?intake=upload&start=true');
    expect(made.body).toMatchObject({ name: 'spring', intake: 'upload', state: 'importing' });
    expect(made.status).toBe(201);
    expect((await place.put('spring', listOf(12))).status).toBe(202);
    expect((await untilState(place, 'spring', 'finished')).counts).toMatchObject({ sent: 12 });
    expect(place.sandbox.summary()).toMatchObject({ accepted: 12, doubles: 0 });
  });

  it('becomes a campaign of another name, whose people come in chunks', async () => {
    await begin(open);
    place.work();
    const query = '?name=spring-2&intake=chunks&recipientColumns=phone&recipientColumns=name';
    const made = await post(FILE, query);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'spring-2', intake: 'chunks' });
    const recipients = [{ phone: '+12025550123', name: 'Ada' }];
    const chunk = await place.ask('/campaigns/spring-2/recipients', {
      json: { key: '1', recipients },
    });
    expect(chunk.body).toMatchObject({ accepted: 1 });
    await place.ask('/campaigns/spring-2/seal', { method: 'POST' });
    await untilState(place, 'spring-2', 'ready');
    expect(await campaigns()).toHaveLength(1);
  });

  it('is the same campaign in YAML, in JSON as YAML, and in JSON; with another content it is refused', async () => {
    await begin(open);
    const json = asked({ audience: { country: 'US', sheet: 'March' } });
    expect((await post(FILE, '?intake=upload')).status).toBe(201);
    expect((await post(FILE, '?intake=upload')).status).toBe(200);
    expect((await post(`${JSON.stringify(json, null, '\t')}\n`)).status).toBe(200);
    expect((await place.ask('/campaigns', { json })).status).toBe(200);
    const other = await post(FILE.replace('it is time', 'it was time'), '?intake=upload');
    expect(other.body).toMatchObject({ status: 409, code: 'conflict' });
    expect(other.body['detail']).toContain('the message differs');
  });

  it('is answered alike under one Idempotency-Key, which stands for what is asked beside it as well', async () => {
    await begin(open);
    const key = { 'idempotency-key': 'a' };
    const first = await post(FILE, '?intake=upload', key);
    expect([first.status, first.replayed]).toEqual([201, false]);
    const again = await post(FILE, '?intake=upload', key);
    expect(again).toEqual({ ...first, replayed: true });
    const other = await post(FILE, '?intake=upload&start=true', key);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });
});

describe('what is asked in the address', () => {
  afterEach(end);

  it('comes before what JSON says as well', async () => {
    await begin(testLedger);
    const answer = await place.ask('/campaigns?name=other&intake=chunks&recipientColumns=phone', {
      json: asked({ message: { text: 'Hi' }, audience: { intake: 'upload', country: 'US' } }),
    });
    expect(answer.body).toMatchObject({ name: 'other', intake: 'chunks' });
  });

  it('takes the columns that the file says itself, where it says none', async () => {
    await begin(testLedger);
    const file = FILE.replace('  country: US', '  country: US\n  recipientColumns: [phone, name]');
    expect((await post(file, '?intake=chunks')).body).toMatchObject({ intake: 'chunks' });
    expect((await post(file, '?intake=upload&name=b')).body).toMatchObject({ intake: 'upload' });
  });

  it.each([
    ['intake=post', 'query.intake'],
    ['start=yes', 'query.start'],
    ['start=true&start=false', 'query.start'],
    ['name=a%20b', 'query.name'],
    ['intake=chunks&recipientColumns=', 'query.recipientColumns.0'],
    ['canary=5', 'query'],
  ])('is refused as %s', async (query, path) => {
    await begin(testLedger);
    const { status, body } = await post(FILE, `?${query}`);
    expect(status).toBe(422);
    expect(body.errors.map((each) => each.path)).toContain(path);
    expect(await campaigns()).toEqual([]);
  });

  it('is refused in words where it is longer than a server takes', async () => {
    await begin(testLedger);
    const columns = Array.from(
      { length: 100 },
      (_, at) => `&recipientColumns=${'x'.repeat(180)}${at}`,
    );
    const { status, body } = await post(FILE, `?intake=chunks${columns.join('')}`);
    expect([status, body['code']]).toEqual([431, 'too_large']);
  });

  it('is refused where columns come without chunks, chunks without columns, or a column twice', async () => {
    await begin(testLedger);
    for (const query of [
      'intake=upload&recipientColumns=phone',
      'intake=chunks',
      'intake=chunks&recipientColumns=phone&recipientColumns=Phone',
    ]) {
      const { status, body } = await post(FILE, `?${query}`);
      expect([status, body.errors[0]?.path]).toEqual([422, 'audience.recipientColumns']);
    }
  });
});

describe('a text that is no campaign', () => {
  afterEach(end);

  const refused = async (body: string | Uint8Array): Promise<Told['body']> => {
    const told = await post(body, '?intake=upload');
    expect([told.status >= 400 && told.status < 500, await campaigns()]).toEqual([true, []]);
    return told.body;
  };

  it('is told line, column, and what was probably meant', async () => {
    await begin(testLedger);
    const { errors } = await refused(
      FILE.replace('  country: US', '  contry: US').replace('inbox: 3', 'inbx: 3'),
    );
    expect(errors).toEqual([
      { path: 'inbox', message: 'inbox is missing. It must be a text.' },
      {
        path: 'audience.contry',
        message:
          'audience.contry is not a key of a campaign (line 7, column 3). Did you mean audience.country?',
      },
      {
        path: 'inbx',
        message: 'inbx is not a key of a campaign (line 4, column 1). Did you mean inbox?',
      },
    ]);
    const oneLine = await refused('{"name": "a", "account": 1, "inbox": 3, "message": {"txt": 1}}');
    expect(oneLine['detail']).toContain(
      'message.txt is not a key of a campaign (line 1, column 53)',
    );
  });

  it('is told what to do with the path of a list, which is nobody’s on the server', async () => {
    await begin(testLedger);
    const { status, body } = await post(FILE);
    expect([status, body.errors]).toEqual([
      422,
      [
        {
          path: 'audience.file',
          message:
            'audience.file (line 6, column 3) cannot be a path, which would be one of the server: upload the list; with ?intake=upload or ?intake=chunks, POST /campaigns leaves it aside.',
        },
      ],
    ]);
    const web = await post(FILE.replace('lists/', 'https://lists.example.org/'));
    expect(web.body['detail']).toMatch(/not allowed/);
  });

  it('repeats no key of it that may be somebody’s, and still says where it is', async () => {
    await begin(testLedger);
    const { errors } = await refused(`${FILE}"+12025550199": 1\nada@example.org: 1\n`);
    expect(errors.map(({ message }) => message)).toEqual([
      '… is not a key of a campaign (line 12, column 1).',
      '… is not a key of a campaign (line 13, column 1).',
    ]);
  });

  it.each([
    ['nothing', '', /^The campaign file is empty\.$/],
    ['a comment', '# nothing\n', /is empty/],
    ['null', '~', /is empty/],
    ['a list', '- name: spring\n', /must be a list of keys/],
    ['a word', 'spring', /must be a list of keys/],
    ['a key twice', `${FILE}name: other\n`, /line 12, column 1: duplicate key/],
    ['a key twice in JSON', '{"name": "a", "name": "b"}', /line 1, column 15: duplicate key/],
    ['a tag of its own', FILE.replace('spring', '!secret spring'), /column 7: tag resolve failed/],
    [
      'bytes by a tag',
      FILE.replace('spring', '!!binary aGk='),
      /name \(line 2, column 1\) must be a text/,
    ],
    ['YAML of another version', `%YAML 1.1\n---\n${FILE}`, /has to be 1\.2/],
    ['two documents', `${FILE}---\n${FILE}`, /multiple docs/],
    ['an alias to nothing', FILE.replace('spring', '*a'), /not valid YAML/],
    ['an alias to itself', FILE.replace('message:', 'message: &m\n  template: *m'), /message/],
    ['broken quotes', FILE.replace('"Hi', "'Hi"), /line 1\d, column/],
    ['a CSV', 'phone,name\n+12025550123,Ada\n', /must be a list of keys/],
    ['keys that are lists', `${FILE}? [a, "+12025550199"]\n: 1\n`, /… is not a key/],
    ['a key of every object', `${FILE}__proto__: { start: true }\n`, /not a key/],
  ])('as %s is refused in words', async (_, text, words) => {
    await begin(testLedger);
    const body = await refused(text);
    expect(body).toMatchObject({ code: 'invalid_input', detail: expect.stringMatching(words) });
    expect(JSON.stringify(body)).not.toContain('2025550');
  });

  it('in UTF-16 or with broken bytes is refused, and a byte order mark is no part of it', async () => {
    await begin(testLedger);
    for (const bytes of [Buffer.from(`\ufeff${FILE}`, 'utf16le'), Buffer.from([0x6e, 0xff])]) {
      expect(await refused(bytes)).toMatchObject({ status: 400, code: 'malformed' });
    }
    expect(await refused(Buffer.from(FILE, 'utf16le'))).toMatchObject({ code: 'invalid_input' });
    const answer = await post(`\ufeff${FILE}`, '?intake=upload');
    expect(answer.status).toBe(201);
  });

  it('is refused as another type, and above 1 MB', async () => {
    await begin(testLedger);
    const typed = await post(FILE, '', { 'content-type': 'text/plain' });
    expect(typed.body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const long = await post(`${FILE}# ${'x'.repeat(1_000_000)}`);
    expect(long.body).toMatchObject({ status: 413, code: 'too_large' });
    expect(
      (await post(FILE, '?intake=upload', { 'content-type': 'Application/YAML; charset=utf-8' }))
        .status,
    ).toBe(201);
  });

  /** Up to 1 MB that a parser would be busy with for minutes, or would make gigabytes of. */
  const BOMBS: readonly (readonly [string, string])[] = [
    ['aliases of aliases', aliases((below) => `[${Array(9).fill(below).join(', ')}]`)],
    ['merged aliases', `%YAML 1.1\n---\n${aliases((below) => `{ <<: [${below}, ${below}] }`)}`],
    ['a hundred thousand keys', Array.from({ length: 100_000 }, (_, at) => `k${at}:`).join('\n')],
    ['keys that nobody knows', Array.from({ length: 3_000 }, (_, at) => `k${at}:`).join('\n')],
    ['brackets that are never closed', '['.repeat(900_000)],
    ['brackets that were never opened', '}'.repeat(900_000)],
    ['brackets in brackets', `${'['.repeat(9_000)}${']'.repeat(9_000)}`],
  ];
  it.each(BOMBS)('made of %s is refused within a moment', async (_, text) => {
    await begin(testLedger);
    const begun = performance.now();
    const { errors } = await refused(text);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(errors.length).toBeLessThan(20);
  });
});

function aliases(made: (below: string) => string): string {
  const rows = Array.from({ length: 25 }, (_, at) => `a${at + 1}: &a${at + 1} ${made(`*a${at}`)}`);
  return ['a0: &a0 { x: 1 }', ...rows].join('\n');
}
