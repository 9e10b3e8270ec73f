import { isFields } from '../body';
import { asFields, asText, isBlank } from './casts';
import type { Problem } from './errors';
import { atLeast } from './options';
import type { Fields, Inbox, Value } from './rows';

/**
 * What is wrong with the shape of template_params: checked when the message is saved.
 * Chatwoot v4.15.1 app/models/message.rb (TEMPLATE_PARAMS_SCHEMA).
 */
export function templateProblems(params: Value | undefined): Problem[] {
  if (params === undefined || params === null) return [];
  if (!isFields(params)) return [{ attribute: 'template_params', message: 'must be of type hash' }];
  const problems: Problem[] = [];
  if (params.name === undefined) problems.push({ attribute: 'name', message: 'is required' });
  for (const name of ['name', 'category', 'language', 'namespace']) {
    const value = params[name];
    if (value !== undefined && typeof value !== 'string') {
      problems.push({ attribute: `template_params/${name}`, message: 'must be of type string' });
    }
  }
  if (params.processed_params !== undefined && !isFields(params.processed_params)) {
    problems.push({
      attribute: 'template_params/processed_params',
      message: 'must be of type hash',
    });
  }
  return problems;
}

const PARAMETER_COUNT =
  '(#132000) Number of parameters does not match the expected number of params';

/**
 * The failure that ends a WhatsApp template, or undefined. A template that the inbox has not cached as approved is
 * still sent, but without parameters: hence the misleading text.
 * Chatwoot v4.15.1 app/services/whatsapp/template_processor_service.rb.
 */
export function whatsappTemplateFailure(
  inbox: Inbox,
  params: Fields,
  version: string,
): string | undefined {
  const template = inbox.templates.find(
    (each) =>
      each.name === params.name &&
      each.language.toLowerCase() === asText(params.language)?.toLowerCase() &&
      each.status.toLowerCase() === 'approved',
  );
  if (template === undefined) return PARAMETER_COUNT;
  const expected = placeholders(template.components.find((each) => each.type === 'BODY')?.text);
  const given = bodyParams(asFields(params.processed_params), version);
  const complete =
    template.parameter_format === 'NAMED'
      ? given.length === expected.length && expected.every((name) => given.includes(name))
      : given.length === expected.length;
  return complete ? undefined : PARAMETER_COUNT;
}

/** Names of the body parameters that would be sent: blank values are skipped. */
function bodyParams(processed: Fields, version: string): string[] {
  const enhanced =
    atLeast(version, '4.5.0') &&
    ['body', 'header', 'footer', 'buttons'].some((key) => key in processed);
  const body = enhanced ? asFields(processed.body) : processed;
  return Object.entries(body)
    .filter(([, value]) => !isBlank(value) && !isFields(value))
    .map(([name]) => name);
}

/**
 * The failure that ends a Twilio template, or undefined; on every medium.
 * Chatwoot v4.15.1 app/services/twilio/send_on_twilio_service.rb.
 */
export function twilioTemplateFailure(inbox: Inbox, params: Fields): string | undefined {
  const language = asText(params.language) ?? 'en';
  const template = inbox.contentTemplates.find(
    (each) =>
      each.friendly_name === params.name &&
      each.language.toLowerCase() === language.toLowerCase() &&
      each.status === 'approved',
  );
  return template === undefined ? 'Template not found' : undefined;
}

export function placeholders(text = ''): string[] {
  return [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? ''))];
}
