import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { type AddressFailure, describeAddressFailure, parseAddress } from '../../core/address';
import type { Content } from '../../core/message';
import type { Inbox, Provider, Template } from '../../providers/provider';
import { fingerprint } from './platform';
import { parseTemplateValue } from './search';
import type { Recipient } from './send';

/** What holds for the whole execution; read from the first item. */
export interface RunOptions {
  readonly maxConcurrency: number;
  readonly maxRetries: number;
  readonly perSecond: number;
  readonly settleMs: number;
  readonly timeoutMs: number;
}

export function readRunOptions(context: IExecuteFunctions): RunOptions {
  const option = (name: string, fallback: number): number =>
    Number(context.getNodeParameter(`options.${name}`, 0, fallback));
  return {
    maxConcurrency: Math.max(1, Math.trunc(option('maxConcurrency', 5))),
    maxRetries: option('maxRetries', 3),
    perSecond: option('perSecond', 0),
    settleMs: option('settleSeconds', 100) * 1_000,
    timeoutMs: option('timeoutSeconds', 60) * 1_000,
  };
}

/** A parameter as text. An expression may yield anything: what is not one value is refused, not guessed. */
function readValue(context: IExecuteFunctions, item: number, name: string): string {
  const value: unknown = context.getNodeParameter(name, item, '', { extractValue: true });
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new NodeOperationError(context.getNode(), `The parameter '${name}' is not a text`, {
    itemIndex: item,
  });
}

function readWord(context: IExecuteFunctions, item: number, name: string): string {
  return readValue(context, item, name).trim();
}

/** Inboxes and templates, each asked for once per execution. */
export interface Catalogue {
  inbox(id: string): Promise<Inbox | undefined>;
  template(inboxId: string, name: string, language?: string): Promise<Template | undefined>;
  readonly hasTemplates: boolean;
}

export function createCatalogue(provider: Provider): Catalogue {
  const listInboxes = onceKept(() => provider.listInboxes());
  const listTemplates = onceKept(
    (inboxId: string) => provider.listTemplates?.(inboxId) ?? Promise.resolve([]),
  );
  return {
    hasTemplates: provider.listTemplates !== undefined,
    async inbox(id) {
      return (await listInboxes('')).find((inbox) => inbox.id === id);
    },
    async template(inboxId, name, language) {
      return (await listTemplates(inboxId)).find(
        (template) =>
          template.name === name &&
          (language === undefined || template.language.toLowerCase() === language.toLowerCase()),
      );
    },
  };
}

/** One call for each argument, shared by all who ask; a call that failed is made again. */
function onceKept<T>(call: (argument: string) => Promise<T>): (argument: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return async (argument) => {
    const answer = kept.get(argument) ?? call(argument);
    kept.set(argument, answer);
    const [outcome] = await Promise.allSettled([answer]);
    if (outcome.status === 'rejected' && kept.get(argument) === answer) kept.delete(argument);
    return answer;
  };
}

export async function readRecipient(
  context: IExecuteFunctions,
  item: number,
  catalogue: Catalogue,
): Promise<Recipient> {
  const name = readWord(context, item, 'contactName');
  return {
    address: readAddress(context, item),
    profile: name === '' ? {} : { name },
    inbox: await readInbox(context, item, catalogue),
  };
}

/** A value with an at sign is an e-mail address, anything else a phone number. */
function readAddress(context: IExecuteFunctions, item: number): Recipient['address'] {
  const raw = readWord(context, item, 'recipient');
  const country = readWord(context, item, 'options.defaultCountry');
  const kind = raw.includes('@') ? 'email' : 'phone';
  const parsed = parseAddress(kind, raw, country === '' ? undefined : country.toUpperCase());
  if (parsed.ok) return parsed.address;
  throw new NodeOperationError(context.getNode(), "The 'Recipient' is not a usable address", {
    itemIndex: item,
    description: sayAddressFailure(parsed.why),
  });
}

function sayAddressFailure(why: AddressFailure): string {
  switch (why) {
    case 'empty':
      return 'It is empty';
    case 'no_country':
      return "It has no country code: write it with a plus sign, or set 'Default Country' in the options";
    default:
      return describeAddressFailure(why);
  }
}

async function readInbox(
  context: IExecuteFunctions,
  item: number,
  catalogue: Catalogue,
): Promise<Inbox> {
  const id = readWord(context, item, 'inbox');
  const inbox = id === '' ? undefined : await catalogue.inbox(id);
  if (inbox !== undefined) return inbox;
  throw new NodeOperationError(context.getNode(), `There is no inbox with the ID '${id}'`, {
    itemIndex: item,
    description: "Choose one from the list of the parameter 'Inbox'",
  });
}

export function readText(context: IExecuteFunctions, item: number): Content {
  const text = readValue(context, item, 'text');
  if (text.trim() !== '') return { kind: 'text', text };
  throw new NodeOperationError(context.getNode(), "The 'Text' is empty", { itemIndex: item });
}

/** The template is checked against the platform's list first: a wrong name is refused late and in misleading words. */
export async function readTemplate(
  context: IExecuteFunctions,
  item: number,
  catalogue: Catalogue,
  inbox: Inbox,
): Promise<Content> {
  const refuse = (message: string, description: string): NodeOperationError =>
    new NodeOperationError(context.getNode(), message, { itemIndex: item, description });
  const value = readWord(context, item, 'template');
  const { name, language } = parseTemplateValue(value);
  const params = readTemplateParams(context, item);
  if (!catalogue.hasTemplates) {
    return { kind: 'template', name, ...(language !== undefined && { language }), params };
  }
  const template = await catalogue.template(inbox.id, name, language);
  if (template === undefined) {
    throw refuse(
      `Inbox '${inbox.name}' has no template '${value}'`,
      "Choose one from the list of the parameter 'Template'; a new one appears after the platform has synchronised it",
    );
  }
  const missing = template.params.filter((param) => (params[param] ?? '').trim() === '');
  if (missing.length > 0) {
    throw refuse(
      `Template '${template.name}' lacks a value for ${missing.map((param) => `'${param}'`).join(', ')}`,
      "Add it under 'Template Parameters'",
    );
  }
  return filled(template, params);
}

function readTemplateParams(context: IExecuteFunctions, item: number): Record<string, string> {
  const rows: unknown = context.getNodeParameter('templateParameters.parameter', item, []);
  const params: Record<string, string> = {};
  for (const { name, value } of rows as { name: unknown; value: unknown }[]) {
    params[String(name)] = String(value);
  }
  return params;
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

/** The key of this item's message, and whether the user chose it. */
export function readKey(context: IExecuteFunctions, item: number): { key: string; own: boolean } {
  const given = readWord(context, item, 'sendKey');
  if (given !== '') return { key: given, own: true };
  const execution = context.getExecutionId() ?? randomUUID();
  const run: unknown = context.getWorkflowDataProxy(item)['$runIndex'];
  const { id } = context.getWorkflow();
  const node = fingerprint(String(id), context.getNode().name).slice(0, 8);
  return { key: `n8n-${execution}-${node}-${Number(run ?? 0)}-${item}`, own: false };
}
