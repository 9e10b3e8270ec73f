import type { Json } from '../../core/http';
import type { Content } from '../../core/message';
import { refuse } from '../chatwoot/account';
import { inert } from '../chatwoot/inert';
import { BEVATEL, type Choices } from './settings';

/**
 * A template as the developer API takes it: `template {name, language, parameters: {body: […]}}`, or as a white-label
 * installation does: `whatsapp_template {name, components}`, with Meta's components.
 *
 * @throws ProviderError `rejected`, before any request, for what has no described shape here.
 */
export function templateBody(content: Content, shape: Choices['templateBody']): Json {
  if (content.kind !== 'template') throw refuse(BEVATEL, 'content', 'only templates go this way');
  if (content.header !== undefined || (content.buttons ?? []).length > 0) {
    throw refuse(
      BEVATEL,
      'template',
      'how a header or a button is sent here is described nowhere; use a template without',
    );
  }
  const values = Object.entries(content.params).map(([name, value]) => checked(name, value));
  const { name, language } = content;
  if (shape === 'white-label') {
    const parameters = values.map((text) => ({ type: 'text', text }));
    const components = values.length === 0 ? [] : [{ type: 'body', parameters }];
    return { whatsapp_template: { name, components } };
  }
  if (language === undefined) throw refuse(BEVATEL, 'template', 'the template has no language');
  return { template: { name, language, parameters: { body: values } } };
}

function checked(name: string, value: string): string {
  // Meta takes none that are empty, and the others would move up.
  if (value.trim() === '') throw refuse(BEVATEL, 'template', `parameter "${name}" is empty`);
  return inert(value);
}
