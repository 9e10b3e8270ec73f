import { isFields } from '../body';
import { asFields, asText } from '../chatwoot/casts';
import { Refusal, unprocessable } from '../chatwoot/errors';
import type { Inbox } from '../chatwoot/rows';
import { placeholders, whatsappTemplateFailure } from '../chatwoot/templates';
import type { Fields, Value } from '../platform';
import type { DeveloperOptions } from './options';

/** A template as it was asked for. */
export interface Wanted {
  readonly name: string;
  /** Null where the shape has none. */
  readonly language: string | null;
  readonly values: readonly string[];
}

/** @throws Refusal 422 for any other shape than the one that this server takes; how it says so is not known. */
export function wantedTemplate(message: Fields, shape: DeveloperOptions['body']): Wanted {
  const wanted = shape === 'white-label' ? whiteLabel(message) : documented(message);
  if (wanted === undefined) throw new Refusal(unprocessable('Template is invalid'));
  return wanted;
}

function documented({ template }: Fields): Wanted | undefined {
  if (!isFields(template) || !isFields(template.parameters)) return undefined;
  const name = asText(template.name);
  const language = asText(template.language);
  const values = textsOf(template.parameters.body);
  return name && language && values ? { name, language, values } : undefined;
}

function whiteLabel({ whatsapp_template: template }: Fields): Wanted | undefined {
  if (!isFields(template) || !Array.isArray(template.components)) return undefined;
  const name = asText(template.name);
  const body = template.components.find((part) => isFields(part) && part.type === 'body');
  const parameters = asFields(body).parameters ?? [];
  const values = Array.isArray(parameters)
    ? textsOf(parameters.map((each) => asFields(each).text ?? null))
    : undefined;
  return name && values ? { name, language: null, values } : undefined;
}

function textsOf(list: Value | undefined): readonly string[] | undefined {
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) return undefined;
  return list;
}

/** The text that agents see, and why the channel refuses the template, where it does. */
export function render(
  inbox: Inbox,
  wanted: Wanted,
  version: string,
): { readonly content: string; readonly failure: string | undefined } {
  const template = inbox.templates.find(
    ({ name, language }) =>
      name === wanted.name && (wanted.language === null || language === wanted.language),
  );
  const body = template?.components.find(({ type }) => type === 'BODY')?.text;
  const names = placeholders(body);
  const params = Object.fromEntries(
    wanted.values.map((value, index) => [names[index] ?? `beyond ${index}`, value]),
  );
  const language = wanted.language ?? template?.language ?? null;
  const asked = { name: wanted.name, language, processed_params: params };
  return {
    content: (body ?? wanted.name).replace(
      /\{\{\s*(\w+)\s*\}\}/g,
      (place, name: string) => params[name] ?? place,
    ),
    failure: whatsappTemplateFailure(inbox, asked, version),
  };
}
