import { expect, it } from 'vitest';
import type { HttpRequest } from '../../core/http';
import { caught, describeContract } from '../support/provider-contract';
import { answer, type Script, scripted } from '../support/scripted-http';
import { INBOX, postbox } from './postbox';

const KEY = '01KAHZ6W0J5T8Q3R9V2XKEY001';
const PHONE = { kind: 'phone', value: '+12025550123' } as const;

/** Answers by "METHOD path". */
const routes =
  (table: Readonly<Record<string, Script>>): Script =>
  (request, index) => {
    const script = table[`${request.method} ${request.path}`];
    if (script === undefined) throw new Error(`no answer for ${request.method} ${request.path}`);
    return script(request, index);
  };

const person =
  (status: number): Script =>
  () =>
    answer({ id: 'p7' }, status);
const posted =
  (id: number): Script =>
  () =>
    answer({ id }, 201);

type Row = { id: number; to: string; text: string; mark: string | null };

/** The same text as ours, from somebody else. */
const letter = (id: number, more: Partial<Row> = {}): Row => ({
  ...{ id, to: 'p7', text: 'Your order is ready.', mark: 'of-another-send' },
  ...more,
});
const ours = (id: number): Row => letter(id, { mark: KEY });
const rows = (from: number, to: number, more: Partial<Row> = {}): Row[] =>
  Array.from({ length: to - from + 1 }, (_, at) => letter(from + at, more));

/** The list as Postbox pages it, 20 at a time. `at` says what is there by the time of each request. */
const listing =
  (at: (request: HttpRequest, index: number) => readonly Row[]): Script =>
  (request, index) => {
    const all = at(request, index);
    const from = (Number(request.query?.['page']) - 1) * 20;
    return answer({ letters: all.slice(from, from + 20), pages: Math.ceil(all.length / 20) });
  };
const listed = (...all: Row[]): Script => listing(() => all);

const trace = {
  ...{ inbox: INBOX, address: PHONE, contactId: 'p7', conversationId: 'p7', watermark: '100' },
  ...{ since: 0, until: 0 },
};
const found = (...ids: string[]) => ({
  kind: 'found' as const,
  receipts: ids.map((messageId) => ({ messageId, conversationId: 'p7' })) as never,
});

describeContract('postbox', {
  definition: postbox,
  credentials: { url: 'https://api.postbox.example', key: 'key-Secret-1' },
  inbox: INBOX,
  address: PHONE,
  profile: { name: 'Ada' },
  content: { kind: 'text', text: 'Your order is ready.' },
  key: KEY,
  journeys: {
    cold: {
      script: routes({ 'POST /v1/people': person(201), 'POST /v1/letters': posted(900) }),
      receipt: { messageId: '900', conversationId: 'p7' },
    },
    found: {
      script: routes({ 'POST /v1/people': person(200), 'POST /v1/letters': posted(901) }),
      receipt: { messageId: '901', conversationId: 'p7' },
    },
    warm: {
      script: routes({ 'POST /v1/letters': posted(902) }),
      contact: { id: 'p7', created: false, blocked: false },
      conversation: { id: 'p7', watermark: '900', canReply: true, blocked: false },
      receipt: { messageId: '902', conversationId: 'p7' },
    },
  },
  // A reason that no document names: it may come after the letter was posted.
  ambiguous: answer({ reason: 'later', message: 'Try again.' }, 422),
  lookUps: {
    'finds the letter on page three': {
      trace,
      script: listed(...rows(101, 150), ours(151), letter(152)),
      finding: found('151'),
    },
    'shows a double': {
      trace,
      script: listed(ours(101), ...rows(102, 150), ours(151)),
      finding: found('101', '151'),
    },
    "takes a stranger's equal text for no proof": {
      trace,
      script: listed(letter(101), letter(102, { mark: null })),
      finding: { kind: 'absent' },
    },
    'says absent of a letter that is posted late, until it is': {
      trace,
      script: listed(),
      finding: { kind: 'absent' },
    },
    'finds a letter that is posted while it reads': {
      trace,
      script: listing((_, index) => (index < 2 ? rows(101, 150) : [...rows(101, 150), ours(151)])),
      finding: found('151'),
    },
    'finds it although the filter was ignored': {
      trace,
      script: listed(...rows(101, 130, { to: 'p8' }), ours(131)),
      finding: found('131'),
    },
    'knows nothing when the filter was ignored': {
      trace,
      script: listed(...rows(101, 130, { to: 'p8' })),
      finding: { kind: 'unclear' },
    },
    'knows nothing when the page was ignored': {
      trace,
      script: () => answer({ letters: rows(101, 120), pages: 3 }),
      finding: { kind: 'unclear' },
    },
    'knows nothing when the watermark was ignored': {
      trace,
      script: listed(...rows(90, 110)),
      finding: { kind: 'unclear' },
    },
    'knows nothing when there are more letters than it reads': {
      trace,
      script: listed(...rows(101, 700)),
      finding: { kind: 'unclear' },
    },
  },
});

it('takes a list that does not say how long it is for an error, and for no absence', async () => {
  const { http } = scripted(() => answer({ letters: [] }));
  const error = await caught(async () => postbox.connect(http, {}).findSent?.(KEY, trace));
  expect(error?.code).toBe('unexpected_response');
});
