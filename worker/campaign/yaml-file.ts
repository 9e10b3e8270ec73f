import { isMap, isPair, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { closest } from './closest';
import { InputError } from './input-error';

type Path = readonly PropertyKey[];

/** A YAML text, read, with the line of each key for error sentences. */
export interface YamlFile {
  readonly value: unknown;
  /** " (line 12)" of a key or its nearest parent; empty when nothing is known. */
  at(path: Path): string;
}

/** More sentences than this help nobody: the file is something else. */
const MOST_PROBLEMS = 10;

/** Reads YAML 1.2. Throws `InputError` that lists every syntax error with its line; `where` names the file. */
export function readYaml(text: string, where: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    // By code and line: the parser's own words quote the file, and a file of accounts holds secrets.
    const problems = document.errors
      .slice(0, MOST_PROBLEMS)
      .map(
        ({ code, pos }) =>
          `${where} is not valid YAML, line ${lines.linePos(pos[0]).line}: ${code.toLowerCase().replaceAll('_', ' ')}.`,
      );
    const more = document.errors.length - problems.length;
    throw new InputError(more > 0 ? [...problems, `… and ${more} more problems.`] : problems);
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
        if (node?.range) return ` (line ${lines.linePos(node.range[0]).line})`;
      }
      return '';
    },
  };
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
  for (const issue of issues) {
    const path = [...prefix, ...issue.path];
    const name = dotted(path);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const meant = suggestKey(keys, issue.path, key);
        problems.push(
          `${dotted([...path, key])} is not a key of ${kind}${file.at([...path, key])}.` +
            (meant === undefined ? '' : ` Did you mean ${dotted([...prefix, meant])}?`),
        );
      }
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

function dotted(path: Path): string {
  return path.map(String).join('.');
}

function capital(text: string): string {
  return text === '' ? text : `It ${text}`;
}
