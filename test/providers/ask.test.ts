import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../core/http';
import { asker, type Rules, refusal } from '../../providers/ask';
import { readFlag, readId, readList, readNumber, readText } from '../../providers/read';
import { caught } from '../support/provider-contract';
import { answer, plain, type Script, scripted } from '../support/scripted-http';

const READ: HttpRequest = { method: 'GET', path: '/things', call: 'lookup' };
const SEND: HttpRequest = { method: 'POST', path: '/things', call: 'message', delivers: {} };

function ask(script: Script, request: HttpRequest, rules: Partial<Rules> = {}) {
  return asker(scripted(script).http, { provider: 'bird', ...rules })({
    asked: 'reading a thing',
    request,
    read: (body) => readId(body, 'thing.id'),
  });
}

describe('an answer', () => {
  it('is read where it has the shape', async () => {
    expect(await ask(() => answer({ thing: { id: 7 } }, 201), READ)).toBe('7');
  });

  it('of another shape names the field and not its content', async () => {
    const error = await caught(() => ask(() => answer({ thing: { id: ['Ada'] } }), READ));
    expect(error).toMatchObject({ code: 'unexpected_response', detail: 'no id at thing.id' });
    expect(error?.message).toBe('bird: reading a thing: answered 200 in a shape that is not known');
  });

  it('with a bug in its reader is in doubt like any other', async () => {
    const broken = asker(scripted(() => answer({})).http, { provider: 'bird' })({
      asked: 'sending',
      request: SEND,
      read: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    expect(await caught(() => broken)).toMatchObject({ code: 'outcome_unknown' });
  });

  it.each([
    [{ message: 'Phone taken' }, 'Phone taken'],
    [{ error: 'not now' }, 'not now'],
    [{ error: { message: 'deep' } }, 'deep'],
    [{ errors: ['one', 'two'] }, 'one, two'],
    [{ other: 1 }, undefined],
  ])('%j says %j to a person', async (json, detail) => {
    const error = await caught(() => ask(() => answer(json, 400), READ));
    expect(error).toMatchObject({ code: 'rejected', reason: 'other', status: 400, detail });
  });

  it('that is a web page says nothing, plain words say what they say, and long ones are cut', async () => {
    expect((await caught(() => ask(() => plain('<html>', 502), READ)))?.detail).toBeUndefined();
    expect((await caught(() => ask(() => plain('Bad Gateway', 502), READ)))?.detail).toBe(
      'Bad Gateway',
    );
    const long = await caught(() => ask(() => plain('x'.repeat(900), 502), READ));
    expect(long?.detail).toHaveLength(300);
  });
});

describe('a refusal that the platform knows', () => {
  const refuses = () => ({ reason: 'content' }) as const;
  const later = () => ({ harmless: true, retryAfterMs: 60_000 }) as const;

  it.each([READ, SEND])(
    'is about this recipient, whatever the request ($method)',
    async (request) => {
      const error = await caught(() => ask(() => answer({}, 422), request, { refuses }));
      expect(error).toMatchObject({ code: 'rejected', reason: 'content' });
    },
  );

  it('or is harmless, and may be tried again', async () => {
    const error = await caught(() => ask(() => answer({}, 422), SEND, { refuses: later }));
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 60_000 });
  });

  it('cannot make a lost answer of a delivering request harmless', async () => {
    const error = await caught(() => ask(() => answer({}, 500), SEND, { refuses: later }));
    expect(error?.code).toBe('outcome_unknown');
  });

  it('before any request is a rejection with a reason', () => {
    expect(refusal('bird', 'template', 'parameter "1" is empty')).toMatchObject({
      code: 'rejected',
      reason: 'template',
      message: 'bird: refused before sending: template',
    });
  });
});

describe('a reader', () => {
  it('takes what is there', () => {
    const body = { a: { id: '7', n: 1.5, text: '', list: [1], flag: true } };
    expect(readId(body, 'a.id')).toBe('7');
    expect(readNumber(body, 'a.n')).toBe(1.5);
    expect(readText(body, 'a.text')).toBe('');
    expect(readList(body, 'a.list')).toEqual([1]);
    expect(readFlag(body, 'a.flag')).toBe(true);
  });

  it.each([
    ['a list for an object', () => readId([{ id: 1 }], 'id')],
    ['an empty id', () => readId({ id: '' }, 'id')],
    ['a fraction for an id', () => readId({ id: 1.5 }, 'id')],
    ['what only a prototype has', () => readText({}, 'constructor.name')],
    ['nothing', () => readNumber(undefined, 'a.b')],
  ])('does not take %s', (_, read) => {
    expect(read).toThrow(/^no (id|text|number) at /);
  });
});
