import { analyzeSync, Liquid, type Template } from 'liquidjs';
import type { Content } from '../../core/message';
import type { MessageSpec } from './campaign-file';
import { closest } from './closest';
import { InputError } from './input-error';

/** The variables of one row; a variable whose cell is empty is left out. */
export type Variables = Readonly<Record<string, string>>;

export type Rendered<T> =
  | ({ readonly ok: true } & T)
  /** `missing` is a variable without a default whose cell is empty. */
  | { readonly ok: false; readonly missing: string }
  | { readonly ok: false; readonly why: string };

export interface CompiledText {
  readonly variables: readonly string[];
  render(variables: Variables): Rendered<{ readonly text: string }>;
}

export interface CompiledMessage {
  /** Every variable that any part names. */
  readonly variables: readonly string[];
  /** What everybody gets when no part names a variable; else null. Attachments are not in it. */
  readonly constant: Content | null;
  render(variables: Variables): Rendered<{ readonly content: Content }>;
}

/** Above this no platform takes a text. */
const MAX_TEXT = 20_000;

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  // The same text on every machine.
  timezoneOffset: 0,
  locale: 'en-US',
  parseLimit: 100_000,
  renderLimit: 200,
  memoryLimit: 200_000,
  templates: {},
});
// A message is one text: nothing is read from elsewhere.
for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];

/**
 * Compiles one Liquid text. Throws `InputError` for syntax, with the line, and for variables that are not among
 * `known`, also where they have a default: a typing error would silently send everybody the default.
 */
export function compileText(text: string, known: Iterable<string>, key: string): CompiledText {
  const templates = parse(text, key);
  const names = new Set(known);
  const variables: string[] = [];
  const problems: string[] = [];
  for (const [name, uses] of Object.entries(analyzeSync(templates, { partials: false }).globals)) {
    if (names.has(name)) {
      variables.push(name);
      continue;
    }
    const meant = closest(name, names);
    problems.push(
      `${key}, line ${uses[0]?.location.row ?? 1}: {{ ${name} }} is not a column of the list.` +
        (meant === undefined
          ? ` It has: ${[...names].slice(0, 20).join(', ')}.`
          : ` Did you mean {{ ${meant} }}?`),
    );
  }
  if (problems.length > 0) throw new InputError(problems);
  if (variables.length === 0) {
    const constant = renderText(templates, {});
    return { variables, render: () => constant };
  }
  return { variables, render: (row) => renderText(templates, row) };
}

/**
 * Compiles a campaign's message, once. Values of recipients are data: they are never read as Liquid. Throws `InputError`
 * that lists the problems of all parts.
 */
export function compileMessage(spec: MessageSpec, known: Iterable<string>): CompiledMessage {
  const names = [...known];
  const problems: string[] = [];
  const parts: Record<string, CompiledText> = {};
  for (const [key, text] of texts(spec)) {
    try {
      parts[key] = compileText(text, names, key);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  const keys = Object.keys(parts);
  const variables = [...new Set(keys.flatMap((key) => parts[key]?.variables ?? []))];
  const render = (row: Variables): Rendered<{ readonly content: Content }> => {
    const rendered: Record<string, string> = {};
    for (const key of keys) {
      const part = parts[key]?.render(row);
      if (part === undefined) continue;
      if (!part.ok) return part;
      if (part.text.trim() === '') return { ok: false, why: `${key} came out empty` };
      if (part.text.length > MAX_TEXT) return { ok: false, why: `${key} is too long` };
      rendered[key] = part.text;
    }
    return { ok: true, content: assemble(spec, rendered) };
  };
  const once = variables.length === 0 ? render({}) : null;
  if (once !== null && !once.ok) {
    throw new InputError(`${'why' in once ? once.why : 'message'}. Nobody could be sent this.`);
  }
  return { variables, constant: once === null ? null : once.content, render };
}

/**
 * What everybody gets where no part names a variable, also before anybody knows the columns; null where one does. Throws
 * `InputError` for syntax.
 */
export function messageForAll(spec: MessageSpec): Content | null {
  const named = texts(spec).flatMap(([key, text]) =>
    Object.keys(analyzeSync(parse(text, key), { partials: false }).globals),
  );
  return compileMessage(spec, named).constant;
}

function texts(spec: MessageSpec): [key: string, text: string][] {
  if (spec.template === undefined) return [['message.text', spec.text ?? '']];
  const { params, header, buttons, text } = spec.template;
  const found: [string, string][] = Object.entries(params ?? {}).map(([name, value]) => [
    `message.template.params.${name}`,
    value,
  ]);
  if (header !== undefined) found.push(['message.template.header.mediaUrl', header.mediaUrl]);
  buttons?.forEach((button, i) => {
    found.push([`message.template.buttons.${i}.parameter`, button.parameter]);
  });
  if (text !== undefined) found.push(['message.template.text', text]);
  return found;
}

function assemble(spec: MessageSpec, rendered: Readonly<Record<string, string>>): Content {
  const of = (key: string): string => rendered[key] ?? '';
  if (spec.template === undefined) return { kind: 'text', text: of('message.text') };
  const { name, language, category, params, header, buttons, text } = spec.template;
  return {
    kind: 'template',
    name,
    ...(language === undefined ? {} : { language }),
    ...(category === undefined ? {} : { category }),
    params: Object.fromEntries(
      Object.keys(params ?? {}).map((key) => [key, of(`message.template.params.${key}`)]),
    ),
    ...(header === undefined
      ? {}
      : {
          header: {
            mediaUrl: of('message.template.header.mediaUrl'),
            mediaType: header.mediaType,
            ...(header.mediaName === undefined ? {} : { mediaName: header.mediaName }),
          },
        }),
    ...(buttons === undefined
      ? {}
      : {
          buttons: buttons.map((button, i) => ({
            type: button.type,
            parameter: of(`message.template.buttons.${i}.parameter`),
          })),
        }),
    ...(text === undefined ? {} : { text: of('message.template.text') }),
  };
}

function parse(text: string, key: string): Template[] {
  try {
    return engine.parse(text);
  } catch (error) {
    const said = (error as Error).message.split('\n')[0] ?? '';
    const place = /, line:(\d+), col:\d+$/.exec(said);
    throw new InputError(
      `${key}, line ${place?.[1] ?? 1}: ${place === null ? said : said.slice(0, place.index)}.`,
      error,
    );
  }
}

function renderText(templates: Template[], row: Variables): Rendered<{ readonly text: string }> {
  try {
    return { ok: true, text: String(engine.renderSync(templates, row)) };
  } catch (error) {
    const cause = (error as { originalError?: { variableName?: string; message?: string } })
      .originalError;
    if (typeof cause?.variableName === 'string') return { ok: false, missing: cause.variableName };
    return { ok: false, why: `the message cannot be made: ${cause?.message ?? 'unknown reason'}` };
  }
}
