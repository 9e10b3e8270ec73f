import type { Content } from '../../core/message';
import type { Inbox, Template } from '../../providers/provider';
import { readFiles } from './files';
import { readMapped } from './mapped';
import type { Execution } from './operation';
import { parseTemplateValue } from './search';
import { needed, readChoice, readPairs, readValue, refuse } from './values';

export function readText({ context }: Pick<Execution, 'context'>, item: number): Content {
  const text = readValue(context, item, 'text');
  if (text.trim() !== '') return { kind: 'text', text };
  throw refuse(context, item, "The 'Text' is empty");
}

/** A text, files, or both. */
export async function readMessage(
  execution: Pick<Execution, 'context' | 'connection'>,
  item: number,
): Promise<Content> {
  const attachments = await readFiles(execution, item);
  if (attachments.length === 0) return readText(execution, item);
  return { kind: 'text', text: readValue(execution.context, item, 'text'), attachments };
}

/**
 * Where the platform lists its templates, the chosen one is checked against the list first: a wrong name is refused late
 * and in misleading words.
 */
export async function readTemplate(
  { context, catalogue }: Pick<Execution, 'context' | 'catalogue'>,
  item: number,
  inbox: Inbox,
): Promise<Content> {
  const value = readChoice(context, item, 'template');
  const { name, language } = parseTemplateValue(value);
  needed(context, item, { value: name, label: 'Template' });
  const named = readPairs(context, item, 'templateParameters.parameter');
  if (!catalogue.hasTemplates) {
    return { kind: 'template', name, ...(language !== undefined && { language }), params: named };
  }
  const template = await catalogue.template(inbox.id, name, language);
  if (template === undefined) {
    throw refuse(
      context,
      item,
      `Inbox '${inbox.name}' has no template '${value}'`,
      "Choose one from the list of the parameter 'Template'; a new one appears after the platform has synchronised it",
    );
  }
  const mapped = readMapped(context, item, 'templateVariables', template.params);
  const texts = Object.entries(mapped).map(([param, value]) => [param, String(value)] as const);
  const params: Record<string, string> = { ...Object.fromEntries(texts), ...named };
  const missing = template.params.filter((param) => (params[param] ?? '').trim() === '');
  if (missing.length > 0) {
    throw refuse(
      context,
      item,
      `Template '${template.name}' lacks a value for ${missing.map((param) => `'${param}'`).join(', ')}`,
      "Fill it in under 'Template Variables'",
    );
  }
  return filled(template, params);
}

/** In the order of the template, with the text that agents see. */
function filled(template: Template, given: Readonly<Record<string, string>>): Content {
  const params = Object.fromEntries(template.params.map((param) => [param, given[param] ?? '']));
  const text = template.body?.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (all: string, param: string) =>
    Object.hasOwn(params, param) ? (params[param] ?? all) : all,
  );
  return {
    kind: 'template',
    name: template.name,
    language: template.language,
    ...(template.category !== undefined && { category: template.category }),
    params,
    ...(text !== undefined && { text }),
  };
}
