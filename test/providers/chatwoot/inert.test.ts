import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inert } from '../../../providers/chatwoot/inert';

const braces = fc.string({ unit: fc.constantFrom('{', '{', '%', '}', ' ', 'a', '`', '\n', '💌') });

it('leaves no Liquid in any text', () => {
  fc.assert(
    fc.property(fc.oneof(braces, fc.string()), (text) => {
      expect(inert(text)).not.toMatch(/\{\{|\{%/);
    }),
  );
});

it('only adds spaces, and changes no text without Liquid', () => {
  fc.assert(
    fc.property(fc.oneof(braces, fc.string()), (text) => {
      expect(inert(text).replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      if (!/\{\{|\{%/.test(text)) expect(inert(text)).toBe(text);
    }),
  );
});

it('breaks apart what Chatwoot would evaluate', () => {
  expect(inert('Hi {{contact.email}}, {% if x %}{{{')).toBe(
    'Hi { {contact.email}}, { % if x %}{ { {',
  );
});
