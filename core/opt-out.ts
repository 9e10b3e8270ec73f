import {
  BEFORE_A_NOUN,
  OPT_OUT_WORDS,
  UNSPACED_PHRASES,
  UNSPACED_POLITE,
  UNSPACED_START,
  UNSPACED_STOP,
} from './opt-out-words';
import { ownLines } from './own-lines';

export type Wish = 'stop' | 'start';

/** What is read of a message: nobody asks for anything behind so much. */
const MOST_CHARACTERS = 2_000;
/** Words, without polite ones, among which a word of stopping has to be the first. */
const MOST_AFTER_STOP = 4;
/** Words among which "stop texting me" and the like count. */
const MOST_WITH_PHRASE = 12;
const MOST_UNSPACED = 30;
/** How far before a phrase a "not" turns it round. */
const NEGATION_REACH = 2;
/** "Stop by tomorrow" is a visit. */
const VISITS = new Set(['by', 'at', 'in', 'over', 'for']);

/**
 * What a person's message asks for: no more messages, or messages again; null: neither, as far as a program can tell.
 *
 * In doubt a message asks to stop: a wrong guess costs one reader, and the other one breaks a promise and, in some places,
 * the law. So the rule for STOP is wide, and the one for START is not:
 *
 * - `stop`, when the message, without polite words, is a word of stopping, or begins with one and has up to four words; when
 *   any of its lines or sentences is one and nothing else ("Who is this? STOP"); when it has up to four words of which the last
 *   is one ("no thanks stop"), unless it is a question or has a "not"; or when it has up to twelve words and says in one of the
 *   known ways that nobody is to write any more ("stop texting me"), with no "not" before it. Words that mean something else
 *   as well ("cancel") count alone only.
 * - `start`, when the message is one of the words of starting and nothing else. A "yes" is none.
 *
 * Letter case, accents, emphasis, punctuation, emoji, invisible characters and quoted mail below it do not matter. A longer
 * message that merely has the word in it is none: it is for a person to read.
 */
export function readWish(text: string): Wish | null {
  const lines = ownLines(text.slice(0, MOST_CHARACTERS));
  const whole = lines.flatMap(wordsOf);
  if (whole.length === 0) return null;
  if (START.has(whole.join(' ')) || UNSPACED.start.has(whole.join(''))) return 'start';
  if (isStop(whole) || partsOf(lines, whole.length).some(isBareStop)) return 'stop';
  return endsWithStop(whole) && !QUESTION.test(lines.at(-1) ?? '') ? 'stop' : null;
}

/** Of a short message a comma makes a part as well: "No, stop". Dots in a row trail off: "please don't... stop". */
const SENTENCE_ENDS = /(?:[!?！？;；؛。]|(?<!\.)\.)+(?!\S)|[。！？；؛]/u;
const ENDS_OR_COMMAS = /(?:[!?！？;；؛。,،，、]|(?<!\.)\.)+(?!\S)|[。！？；؛，、،]/u;
const QUESTION = /[?？؟]\P{L}*$/u;

/** The lines and sentences, in words. */
function partsOf(lines: readonly string[], words: number): readonly string[][] {
  const between = words <= MOST_WITH_PHRASE ? ENDS_OR_COMMAS : SENTENCE_ENDS;
  return lines.flatMap((line) => [line, ...line.split(between)]).map(wordsOf);
}

/** "No thanks stop", and neither "I can't stop" nor "the next stop". */
function endsWithStop(words: readonly string[]): boolean {
  const bare = words.filter((word) => !POLITE.has(word));
  if (bare.length > MOST_AFTER_STOP) return false;
  for (let n = Math.min(bare.length - 1, LONGEST); n > 0; n -= 1) {
    if (!LAST.has(bare.slice(-n).join(' '))) continue;
    const before = bare.slice(0, -n);
    return !before.some((word) => NEGATIONS.has(word)) && !NOUN_NEXT.has(before.at(-1) ?? '');
  }
  return false;
}

function isStop(words: readonly string[]): boolean {
  const bare = words.filter((word) => !POLITE.has(word));
  if (isBareStop(words) || ALONE.has(bare.join(' '))) return true;
  if (bare.length <= MOST_AFTER_STOP && beginsWithStop(bare)) return true;
  return (words.length <= MOST_WITH_PHRASE && hasPhrase(words)) || isUnspacedStop(words.join(''));
}

/** Only a word of stopping, polite words aside; also where its letters stand apart. */
function isBareStop(words: readonly string[]): boolean {
  const bare = words.filter((word) => !POLITE.has(word));
  if (bare.length > 0 && bare.every((word) => STOP.has(word))) return true;
  if (words.length > MOST_WITH_PHRASE) return false;
  return STOP.has(bare.join(' ')) || STOP.has(bare.join('')) || STOP.has(words.join(' '));
}

function beginsWithStop(words: readonly string[]): boolean {
  for (let n = Math.min(words.length, LONGEST); n > 0; n -= 1) {
    if (STOP.has(words.slice(0, n).join(' '))) return !VISITS.has(words[n] ?? '');
  }
  return false;
}

function hasPhrase(words: readonly string[]): boolean {
  return words.some((_, at) => {
    for (let n = Math.min(words.length - at, LONGEST); n > 0; n -= 1) {
      if (!PHRASES.has(words.slice(at, at + n).join(' '))) continue;
      const before = words.slice(Math.max(0, at - NEGATION_REACH), at);
      if (VISITS.has(words[at + n] ?? '') && words[at + n - 1] === 'stop') continue;
      if (!before.some((word) => NEGATIONS.has(word))) return true;
    }
    return false;
  });
}

/** Of languages that put no spaces between words. */
function isUnspacedStop(text: string): boolean {
  if (text.length > MOST_UNSPACED) return false;
  let bare = text;
  for (const word of UNSPACED.polite) bare = bare.replaceAll(word, '');
  if (UNSPACED.stop.has(text) || UNSPACED.stop.has(bare)) return true;
  return [...UNSPACED.phrases].some((phrase) => text.includes(phrase));
}

/** Letters that look alike or are written for each other, made one. */
const ALIKE: Readonly<Record<string, string>> = {
  ı: 'i',
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ς: 'σ',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ے: 'ي',
  ة: 'ه',
  ک: 'ك',
};
const TO_FOLD = new RegExp(`[${Object.keys(ALIKE).join('')}]`, 'g');
/** Accents, vowel marks and the like of Latin, Cyrillic, Hebrew and Arabic, with the stroke that only stretches a word. */
const MARKS =
  /\u0640|[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/g;

function wordsOf(line: string): string[] {
  const folded = line
    .replace(/['’‘`´ʼ′]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Cf}/gu, '')
    .replace(MARKS, '')
    .replace(TO_FOLD, (letter) => ALIKE[letter] ?? letter)
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    // "Stooop": nobody means another word by it.
    .replace(/(\p{L})\1{2,}/gu, '$1')
    .normalize('NFC')
    .trim();
  return folded === '' ? [] : folded.split(' ');
}

function setOf(...lists: readonly (string | undefined)[]): ReadonlySet<string> {
  const all = lists.flatMap((list) => (list === undefined ? [] : list.split(',')));
  return new Set(all.map((entry) => wordsOf(entry).join(' ')).filter((entry) => entry !== ''));
}

const LANGUAGES = Object.values(OPT_OUT_WORDS);
const STOP = setOf(...LANGUAGES.map(({ stop }) => stop));
const ALONE = setOf(...LANGUAGES.map(({ alone }) => alone));
const PHRASES = setOf(...LANGUAGES.map(({ phrases }) => phrases));
const POLITE = setOf(...LANGUAGES.map(({ polite }) => polite));
const NEGATIONS = setOf(...LANGUAGES.map(({ negations }) => negations));
const START = setOf(...LANGUAGES.map(({ start }) => start));
/** Words that a message may end in as well as begin with: in any language people write these. */
const LAST = setOf(OPT_OUT_WORDS['en']?.stop);
const NOUN_NEXT = setOf(BEFORE_A_NOUN);
/** Words of the longest entry. */
const LONGEST = Math.max(...[...STOP, ...PHRASES].map((entry) => entry.split(' ').length));
const UNSPACED = {
  stop: setOf(UNSPACED_STOP),
  phrases: setOf(UNSPACED_PHRASES),
  polite: setOf(UNSPACED_POLITE),
  start: setOf(UNSPACED_START),
};
