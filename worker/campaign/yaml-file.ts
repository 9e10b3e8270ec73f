import { isMap, isPair, Lexer, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { closest } from './closest';
import { InputError } from './input-error';

type Path = readonly PropertyKey[];

/** A YAML text, read, with the line of each key for error sentences. */
export interface YamlFile {
  readonly value: unknown;
  /** " (line 12)" of a key or its nearest parent; empty when nothing is known. */
  at(path: Path): string;
  /** How a key is said; as it stands without this. */
  readonly shown?: (key: PropertyKey) => string;
}

export interface Reading {
  /** Says the column as well: a program may write everything into one line. */
  readonly columns?: boolean;
  /** More parts than that are refused before they are looked at, where a stranger's text must not hold everybody up. */
  readonly mostParts?: number;
}

/** More sentences than this help nobody: the file is something else. */
const MOST_PROBLEMS = 10;

/** Reads YAML 1.2. Throws `InputError` that lists every syntax error with its line; `where` names the file. */
export function readYaml(text: string, where: string, reading: Reading = {}): YamlFile {
  needFewParts(text, where, reading.mostParts);
  const lines = new LineCounter();
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return reading.columns === true ? `line ${line}, column ${col}` : `line ${line}`;
  };
  // Silent: a warning of the parser's own quotes the file.
  const document = parseDocument(text, {
    ...{ lineCounter: lines, prettyErrors: false, logLevel: 'error' },
  });
  // A tag that means nothing here is a warning to the parser, and a mistake to us.
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    // By code and line: the parser's own words quote the file, and a file of accounts holds secrets.
    const problems = wrong
      .slice(0, MOST_PROBLEMS)
      .map(
        ({ code, pos }) =>
          `${where} is not valid YAML, ${placeOf(pos[0])}: ${code.toLowerCase().replaceAll('_', ' ')}.`,
      );
    const more = wrong.length - problems.length;
    throw new InputError(more > 0 ? [...problems, `… and ${more} more problems.`] : problems);
  }
  if (document.directives?.yaml.version !== '1.2') {
    throw new InputError(`${where} says that it is YAML of another version: it has to be 1.2.`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new InputError(`${where} is not valid YAML: an alias that cannot be resolved.`, error);
  }
  return {
    value,
    at(path) {
      for (let length = path.length; length > 0; length--) {
        const parent =
          length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
        const key = path[length - 1];
        const pair = isMap(parent)
          ? parent.items.find((item) => isPair(item) && String(item.key) === String(key))
          : undefined;
        const node = (pair?.key ?? document.getIn(path.slice(0, length), true)) as
          | { range?: [number, number, number] | null }
          | undefined;
        if (node?.range) return ` (${placeOf(node.range[0])})`;
      }
      return '';
    },
  };
}

/** @throws InputError for a text whose parts would take long to put together: a hundred thousand keys are compared with each other. */
function needFewParts(text: string, where: string, most = Number.POSITIVE_INFINITY): void {
  if (most === Number.POSITIVE_INFINITY) return;
  let parts = 0;
  for (const _ of new Lexer().lex(text)) {
    parts += 1;
    if (parts > most) throw new InputError(`${where} has more in it than such a file can have.`);
  }
}

/** What is needed of a JSON Schema to know which keys there are. */
export interface KeyTree {
  readonly properties?: Readonly<Record<string, KeyTree>>;
  readonly additionalProperties?: unknown;
}

/**
 * One sentence for each problem that zod found, with the key's full path and line. Unknown keys come with the key that
 * was probably meant. `kind` is the file in words ("a campaign file"); `prefix` leads to the checked part of the file.
 */
export function problemSentences(
  issues: readonly z.core.$ZodIssue[],
  file: YamlFile,
  keys: KeyTree,
  kind: string,
  prefix: Path = [],
): string[] {
  const problems: string[] = [];
  const { shown = String } = file;
  for (const issue of issues) {
    const path = [...prefix, ...issue.path];
    const name = dotted(path, shown);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST_PROBLEMS)) {
        const meant = suggestKey(keys, issue.path, key);
        problems.push(
          `${dotted([...path, key], shown)} is not a key of ${kind}${file.at([...path, key])}.` +
            (meant === undefined ? '' : ` Did you mean ${dotted([...prefix, meant])}?`),
        );
      }
      const more = issue.keys.length - MOST_PROBLEMS;
      if (more > 0) problems.push(`… and ${more} more that are no keys of ${kind}.`);
    } else if (issue.code === 'invalid_type' && valueAt(file.value, path) === undefined) {
      problems.push(`${name} is missing${file.at(path.slice(0, -1))}. ${capital(issue.message)}.`);
    } else if (name === '') {
      problems.push(`This is not ${kind}: ${issue.message}.`);
    } else {
      problems.push(`${name}${file.at(path)} ${issue.message}.`);
    }
  }
  return problems;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** First a key like it in the same place, then the same or a like key anywhere in the file. */
function suggestKey(keys: KeyTree, path: Path, key: string): string | undefined {
  const here = Object.keys(keysAt(keys, path)?.properties ?? {});
  const near = closest(key, here);
  if (near !== undefined) return dotted([...path, near]);
  const everywhere = new Map<string, string>();
  collect(keys, [], everywhere);
  const far = closest(key, everywhere.keys());
  return far === undefined ? undefined : everywhere.get(far);
}

function keysAt(keys: KeyTree, path: Path): KeyTree | undefined {
  let current: KeyTree | undefined = keys;
  for (const key of path) current = current?.properties?.[String(key)];
  return current;
}

function collect(keys: KeyTree, path: readonly string[], into: Map<string, string>): void {
  for (const [key, below] of Object.entries(keys.properties ?? {})) {
    if (!into.has(key)) into.set(key, dotted([...path, key]));
    collect(below, [...path, key], into);
  }
}

function dotted(path: Path, shown: (key: PropertyKey) => string = String): string {
  return path.map(shown).join('.');
}

function capital(text: string): string {
  return text === '' ? text : `It ${text}`;
}
