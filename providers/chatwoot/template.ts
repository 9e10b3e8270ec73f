import type { Json } from '../../core/http';
import type { Content, TemplateButton } from '../../core/message';
import type { Inbox } from '../provider';
import { type Edition, refuse } from './account';
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
export function templateParams(edition: Edition, content: TemplateContent, inbox: Inbox): Json {
  const { channelType, version } = factsOf(inbox);
  const meta = channelType === 'Channel::Whatsapp';
  // Looked up by name and language; one that is not found is sent without its parameters.
  if (meta && content.language === undefined)
    throw refuse(edition, 'template', 'the template has no language');
  const body: Record<string, Json> = {};
  for (const [name, value] of Object.entries(content.params))
    body[name] = checked(edition, { name, value, meta });

  const enhanced = meta && atLeast(version, '4.5');
  if (!enhanced && (content.header !== undefined || (content.buttons ?? []).length > 0)) {
    throw refuse(
      edition,
      'template',
      'a header or button needs WhatsApp by Meta and version 4.5 or newer',
    );
  }
  const confusing = Object.keys(body).find(
    (name) => meta && !enhanced && COMPONENTS.includes(name),
  );
  if (confusing !== undefined) {
    throw refuse(
      edition,
      'template',
      `a parameter named "${confusing}" needs version 4.5 or newer`,
    );
  }
  return {
    name: content.name,
    ...(content.language === undefined ? {} : { language: content.language }),
    ...(content.category === undefined ? {} : { category: content.category }),
    processed_params: enhanced ? nested(edition, content, body) : body,
  };
}

function nested(edition: Edition, content: TemplateContent, body: Record<string, Json>): Json {
  const { header, buttons } = content;
  return {
    body,
    ...(header === undefined ? {} : { header: headerParams(edition, header) }),
    ...(buttons === undefined || buttons.length === 0
      ? {}
      : { buttons: buttons.map((each, index) => button(edition, each, index)) }),
  };
}

function headerParams(edition: Edition, header: NonNullable<TemplateContent['header']>): Json {
  const { mediaUrl, mediaType, mediaName } = header;
  if (!/^https?:\/\/\S+$/i.test(mediaUrl) || mediaUrl.length > 2000) {
    throw refuse(
      edition,
      'template',
      'the header needs an http(s) address of at most 2000 characters',
    );
  }
  if (inert(mediaUrl) !== mediaUrl)
    throw refuse(edition, 'template', "the header's address has Liquid in it");
  return {
    media_url: mediaUrl,
    media_type: mediaType,
    ...(mediaName === undefined ? {} : { media_name: inert(mediaName) }),
  };
}

function button(edition: Edition, { type, parameter }: TemplateButton, index: number): Json {
  const name = `button ${index + 1}`;
  // Raises inside the job that sends, so the message would stay "sent" for ever.
  if (type === 'copy_code' && parameter.length > 15) {
    throw refuse(edition, 'content', `${name}: a coupon code has at most 15 characters`);
  }
  return { type, parameter: checked(edition, { name, value: parameter, meta: true }) };
}

function checked(
  edition: Edition,
  { name, value, meta }: { name: string; value: string; meta: boolean },
): string {
  // Skipped by Chatwoot, so that the count no longer matches the template's.
  if (value.trim() === '') throw refuse(edition, 'template', `parameter "${name}" is empty`);
  if (!meta) return inert(value);
  // Both by app/services/whatsapp/populate_template_parameters_service.rb.
  if (/[<>"']/.test(value)) {
    throw refuse(
      edition,
      'content',
      `parameter "${name}" has one of < > " ' which ${edition.displayName} deletes`,
    );
  }
  const text = inert(value);
  if (text.length > 1000) {
    throw refuse(
      edition,
      'content',
      `parameter "${name}" is longer than 1000 characters and would be cut`,
    );
  }
  return text;
}
