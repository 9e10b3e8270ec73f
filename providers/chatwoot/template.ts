import type { ProviderError } from '../../core/errors';
import type { Json } from '../../core/http';
import type { Content } from '../../core/message';
import { refusal } from '../ask';
import type { Inbox } from '../provider';
import { PROVIDER } from './account';
import { factsOf } from './facts';
import { inert } from './inert';
import { atLeast } from './version';

type TemplateContent = Extract<Content, { kind: 'template' }>;

/** Names that make Chatwoot take flat parameters for the enhanced shape. */
const COMPONENTS = ['body', 'header', 'footer', 'buttons'];

/**
 * `template_params` in the shape that the inbox's channel and the server's version take: nested since 4.5, and flat on
 * older servers and for Twilio (Chatwoot v4.15.1, app/services/whatsapp/template_parameter_converter_service.rb and
 * app/services/twilio). A server of unknown version gets the flat shape, which every version takes.
 *
 * What Chatwoot or Meta would drop in silence is refused here, by the parameter's name and never its value.
 */
export function templateParams(content: TemplateContent, inbox: Inbox): Json {
  const { channelType, version } = factsOf(inbox);
  const meta = channelType === 'Channel::Whatsapp';
  // Looked up by name and language; one that is not found is sent without its parameters.
  if (meta && content.language === undefined)
    throw refuse('template', 'the template has no language');
  const body: Record<string, Json> = {};
  for (const [name, value] of Object.entries(content.params))
    body[name] = checked(name, value, meta);

  const enhanced = meta && atLeast(version, '4.5');
  if (!enhanced && (content.header !== undefined || (content.buttons ?? []).length > 0)) {
    throw refuse('template', 'a header or button needs WhatsApp by Meta and Chatwoot 4.5 or newer');
  }
  const confusing = Object.keys(body).find(
    (name) => meta && !enhanced && COMPONENTS.includes(name),
  );
  if (confusing !== undefined) {
    throw refuse('template', `a parameter named "${confusing}" needs Chatwoot 4.5 or newer`);
  }
  return {
    name: content.name,
    ...(content.language === undefined ? {} : { language: content.language }),
    ...(content.category === undefined ? {} : { category: content.category }),
    processed_params: enhanced ? nested(content, body) : body,
  };
}

function nested(content: TemplateContent, body: Record<string, Json>): Json {
  const { header, buttons } = content;
  return {
    body,
    ...(header === undefined ? {} : { header: headerParams(header) }),
    ...(buttons === undefined || buttons.length === 0 ? {} : { buttons: buttons.map(button) }),
  };
}

function headerParams(header: NonNullable<TemplateContent['header']>): Json {
  const { mediaUrl, mediaType, mediaName } = header;
  if (!/^https?:\/\/\S+$/i.test(mediaUrl) || mediaUrl.length > 2000) {
    throw refuse('template', 'the header needs an http(s) address of at most 2000 characters');
  }
  if (inert(mediaUrl) !== mediaUrl)
    throw refuse('template', "the header's address has Liquid in it");
  return {
    media_url: mediaUrl,
    media_type: mediaType,
    ...(mediaName === undefined ? {} : { media_name: inert(mediaName) }),
  };
}

function button({ type, parameter }: { type: string; parameter: string }, index: number): Json {
  const name = `button ${index + 1}`;
  // Raises inside the job that sends, so the message would stay "sent" for ever.
  if (type === 'copy_code' && parameter.length > 15) {
    throw refuse('content', `${name}: a coupon code has at most 15 characters`);
  }
  return { type, parameter: checked(name, parameter, true) };
}

function checked(name: string, value: string, meta: boolean): string {
  // Skipped by Chatwoot, so that the count no longer matches the template's.
  if (value.trim() === '') throw refuse('template', `parameter "${name}" is empty`);
  if (!meta) return inert(value);
  // Both by app/services/whatsapp/populate_template_parameters_service.rb.
  if (/[<>"']/.test(value)) {
    throw refuse('content', `parameter "${name}" has one of < > " ' which Chatwoot deletes`);
  }
  const text = inert(value);
  if (text.length > 1000) {
    throw refuse('content', `parameter "${name}" is longer than 1000 characters and would be cut`);
  }
  return text;
}

function refuse(reason: 'template' | 'content', detail: string): ProviderError {
  return refusal(PROVIDER, reason, detail);
}
