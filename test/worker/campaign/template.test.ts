import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMessage, compileText } from '../../../worker/campaign/template';

const KNOWN = ['firstName', 'order', 'größe'];
const compile = (text: string) => compileText(text, KNOWN, 'message.text');

describe('renders', () => {
  test('values, defaults and conditions', () => {
    const text = compile(
      "Hi {{ firstName | default: 'there' }}, {% if order %}order {{ order | upcase }}{% else %}no order{% endif %}. {{ größe }}",
    );
    expect(text.render({ firstName: 'Ann', order: 'a1', größe: 'L' })).toEqual({
      ok: true,
      text: 'Hi Ann, order A1. L',
    });
    expect(text.render({ größe: 'L' })).toEqual({ ok: true, text: 'Hi there, no order. L' });
  });

  test('names the variable that is missing', () => {
    expect(compile('{{ order }}').render({})).toEqual({ ok: false, missing: 'order' });
  });

  test('variables of its own are no columns', () => {
    expect(compile('{% assign x = order %}{{ x }}').render({ order: '1' })).toEqual({
      ok: true,
      text: '1',
    });
  });

  test('a value is data, whatever it looks like', () => {
    const text = compile('Hi {{ firstName }}.');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            '{{ order }}',
            '{% raw %}',
            '{%',
            '}}',
            '$&',
            '__proto__',
            '{{ "a" | upcase }}',
          ),
        ),
        (firstName) => {
          expect(text.render({ firstName })).toEqual({ ok: true, text: `Hi ${firstName}.` });
        },
      ),
    );
  });

  test('nothing of the language behind it can be reached', () => {
    expect(compile('{{ order.constructor }}').render({ order: '1' })).toMatchObject({ ok: false });
    expect(() => compile('{{ constructor }}')).toThrow('not a column of the list');
    expect(() => compile('{{ __proto__ }}')).toThrow('not a column of the list');
  });

  test('a template that never ends is stopped', () => {
    const text = compile('{% for i in (1..100000000) %}{{ i }}{% endfor %}');
    expect(text.render({})).toMatchObject({ ok: false, why: expect.stringContaining('limit') });
  });
});

describe('refuses before anything is sent', () => {
  test.each([
    [
      'Hi {{ firstNam }}',
      'message.text, line 1: {{ firstNam }} is not a column of the list. Did you mean {{ firstName }}?',
    ],
    [
      "Hi\n{{ frstName | default: 'you' }}",
      'message.text, line 2: {{ frstName }} is not a column of the list. Did you mean {{ firstName }}?',
    ],
    ['{{ zebra }}', '{{ zebra }} is not a column of the list. It has: firstName, order, größe.'],
    ['Hi {{ firstName', 'message.text, line 1: output "{{ firstName" not closed.'],
    ['a\n{% fi %}', 'message.text, line 2: tag "fi" not found.'],
    ['{{ order | shout }}', 'message.text, line 1: undefined filter: shout.'],
    ['{% include "x" %}', 'tag "include" not found'],
    ['{% render "x" %}', 'tag "render" not found'],
  ])('%j', (text, sentence) => {
    expect(() => compile(text)).toThrow(sentence);
  });
});

describe('a message', () => {
  test('without variables is made once', () => {
    const message = compileMessage({ text: 'Hello {{ "you" | upcase }}' }, KNOWN);
    expect(message.constant).toEqual({ kind: 'text', text: 'Hello YOU' });
  });

  test('a template has variables in all its parts', () => {
    const message = compileMessage(
      {
        template: {
          name: 'ready',
          language: 'en',
          params: { '1': '{{ firstName | default: "you" }}', '2': '{{ order }}' },
          header: { mediaUrl: 'https://example.org/{{ order }}.png', mediaType: 'image' },
          buttons: [{ type: 'url', parameter: '{{ order }}' }],
        },
      },
      KNOWN,
    );
    expect(message.constant).toBeNull();
    expect(message.render({ order: 'A1' })).toEqual({
      ok: true,
      content: {
        kind: 'template',
        name: 'ready',
        language: 'en',
        params: { '1': 'you', '2': 'A1' },
        header: { mediaUrl: 'https://example.org/A1.png', mediaType: 'image' },
        buttons: [{ type: 'url', parameter: 'A1' }],
      },
    });
    expect(message.render({})).toEqual({ ok: false, missing: 'order' });
  });

  test('lists the problems of all parts', () => {
    const spec = { template: { name: 't', params: { '1': '{{ ordr }}', '2': '{{ x' } } };
    expect(() => compileMessage(spec, KNOWN)).toThrow(
      /params\.1.*Did you mean.*\n.*params\.2.*not closed/,
    );
  });

  test('that comes out empty is no message', () => {
    const message = compileMessage({ text: '{% if order %}x{% endif %}' }, KNOWN);
    expect(message.render({})).toEqual({ ok: false, why: 'message.text came out empty' });
  });
});
