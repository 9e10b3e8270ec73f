import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { expect, test } from 'vitest';
import { countSegments } from '../../../worker/campaign/segments';

function library(text: string) {
  const message = new SegmentedMessage(text);
  return { encoding: message.encodingName, count: message.segmentsCount };
}

const letters = (set: string) => fc.string({ unit: fc.constantFrom(...set), maxLength: 400 });

test.each([
  ['GSM-7', 160, 1],
  ['GSM-7', 161, 2],
  ['GSM-7', 306, 2],
  ['GSM-7', 307, 3],
  ['UCS-2', 70, 1],
  ['UCS-2', 71, 2],
  ['UCS-2', 134, 2],
  ['UCS-2', 135, 3],
] as const)('%s, %i characters: %i', (encoding, length, count) => {
  const text = (encoding === 'GSM-7' ? 'a' : 'ب').repeat(length);
  expect(countSegments(text)).toEqual({ encoding, count });
});

test('counts as the library does', () => {
  const mixed = fc.oneof(
    letters('abc XYZ 012 @£$éèùìòÇØøÅå_ΔΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&\'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà\n'),
    letters('ab€[]{}\\^~|'),
    letters('abc\r\n\f'),
    letters('بتثجحخد ab1ء،؟ًّ'),
    letters('你好，世界。あいう カタカナ'),
    letters('Привет, мир! ёЁ'),
    letters('ab“”’–…'),
    fc
      .array(
        fc.constantFrom('a', '👍', '👩‍👩‍👧', '🇫🇷', 'é', 'e\u0301', '\u200d', '한', '\u1112\u1161'),
        { maxLength: 120 },
      )
      .map((all) => all.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
  );
  fc.assert(
    fc.property(mixed, (text) => {
      expect(countSegments(text)).toEqual(library(text));
    }),
    { numRuns: 1500 },
  );
});

test('every character of the basic plane counts as the library counts it', () => {
  for (let code = 0; code < 0xd800; code += 16) {
    const some = Array.from({ length: 16 }, (_, i) => String.fromCharCode(code + i)).join('');
    // The segment ends within the sixteen.
    const text = 'ab'.repeat(30) + some;
    expect([code, countSegments(text)]).toEqual([code, library(text)]);
  }
}, 60_000);
