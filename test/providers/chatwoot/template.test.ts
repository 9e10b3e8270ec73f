import { describe, expect, it } from 'vitest';
import type { Content } from '../../../core/message';
import { CHATWOOT } from '../../../providers/chatwoot/account';
import { templateParams } from '../../../providers/chatwoot/template';
import type { Inbox } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { inboxOf, WHATSAPP } from './fixture';

type TemplateContent = Extract<Content, { kind: 'template' }>;

const TWILIO = { channel_type: 'Channel::TwilioSms', medium: 'whatsapp' };
const PLAIN: TemplateContent = {
  kind: 'template',
  name: 'order_ready',
  language: 'en_US',
  category: 'UTILITY',
  params: { 1: 'Ada', 2: '{{contact.email}}' },
};
const FLAT = { 1: 'Ada', 2: '{ {contact.email}}' };
const RICH: TemplateContent = {
  ...PLAIN,
  header: { mediaUrl: 'https://example.com/a.pdf', mediaType: 'document', mediaName: 'a.pdf' },
  buttons: [
    { type: 'url', parameter: 'abc' },
    { type: 'copy_code', parameter: 'SPRING' },
  ],
};

async function refused(content: TemplateContent, inbox: Inbox = inboxOf(WHATSAPP)) {
  return caught(async () => templateParams(CHATWOOT, content, inbox));
}

describe('template parameters', () => {
  it('are nested for WhatsApp from 4.5 on', () => {
    expect(templateParams(CHATWOOT, RICH, inboxOf(WHATSAPP, '4.5.0'))).toEqual({
      name: 'order_ready',
      language: 'en_US',
      category: 'UTILITY',
      processed_params: {
        body: FLAT,
        header: {
          media_url: 'https://example.com/a.pdf',
          media_type: 'document',
          media_name: 'a.pdf',
        },
        buttons: [
          { type: 'url', parameter: 'abc' },
          { type: 'copy_code', parameter: 'SPRING' },
        ],
      },
    });
  });

  it.each([
    ['an older server', inboxOf(WHATSAPP, '4.4.9')],
    ['a server of unknown version', inboxOf(WHATSAPP, null)],
    ['Twilio', inboxOf(TWILIO)],
  ])('are flat for %s, where no header or button fits', async (_, inbox) => {
    expect(templateParams(CHATWOOT, PLAIN, inbox)).toMatchObject({ processed_params: FLAT });
    expect(await refused(RICH, inbox)).toMatchObject({ code: 'rejected', reason: 'template' });
  });

  it.each<[string, Partial<TemplateContent>, string]>([
    ['an empty value', { params: { first: ' ' } }, 'template'],
    ['a character that would be deleted', { params: { first: "O'Secret" } }, 'content'],
    ['a value that would be cut', { params: { first: 'x'.repeat(1001) } }, 'content'],
    [
      'a long coupon code',
      { buttons: [{ type: 'copy_code', parameter: 'x'.repeat(16) }] },
      'content',
    ],
    [
      'a header that is no address',
      { header: { mediaUrl: 'a.png', mediaType: 'image' } },
      'template',
    ],
  ])('are refused for %s, by name and not by value', async (_, more, reason) => {
    const error = await refused({ ...PLAIN, ...more });
    expect(error).toMatchObject({ code: 'rejected', reason });
    expect(error?.detail).toMatch(/"first"|button 1|header/);
    expect(`${error?.message} ${error?.detail}`).not.toMatch(/Secret|xxx/);
  });

  it('may have an apostrophe on Twilio, which deletes nothing', () => {
    const params = { 1: "O'Brien" };
    expect(templateParams(CHATWOOT, { ...PLAIN, params }, inboxOf(TWILIO))).toMatchObject({
      processed_params: params,
    });
  });

  it('need a language on WhatsApp', async () => {
    const nameless: TemplateContent = { kind: 'template', name: 'order_ready', params: {} };
    expect(await refused(nameless)).toMatchObject({ reason: 'template' });
    expect(templateParams(CHATWOOT, nameless, inboxOf(TWILIO))).not.toHaveProperty('language');
  });

  it('named like a component would be misread by an older server', async () => {
    const params = { body: 'Ada' };
    expect(await refused({ ...PLAIN, params }, inboxOf(WHATSAPP, '4.4.0'))).toBeDefined();
    expect(templateParams(CHATWOOT, { ...PLAIN, params }, inboxOf(WHATSAPP))).toMatchObject({
      processed_params: { body: params },
    });
  });
});
