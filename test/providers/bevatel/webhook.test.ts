import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bevatel } from '../../../providers/bevatel';
import type { Webhook } from '../../../providers/provider';
import { caught } from '../../support/provider-contract';
import { PHONE } from '../chatwoot/fixture';

const { parse } = bevatel.webhook as Webhook;

function fixture(name: string): Buffer {
  return readFileSync(join(__dirname, `../../fixtures/webhooks/${name}.json`));
}

it('is not verified: no document says that it is signed', () => {
  expect(bevatel.webhook).not.toHaveProperty('verify');
});

it("tells of a reply and of a template's way, in Chatwoot's words", () => {
  expect(parse(fixture('bevatel-reply'))).toMatchObject([
    { kind: 'replied', conversationId: '42', address: PHONE, text: 'Thanks' },
  ]);
  expect(parse(fixture('bevatel-template-read'))).toMatchObject([
    { kind: 'read', messageId: '1007', key: null },
  ]);
});

it('names Bevatel where the body is not its own', async () => {
  const error = await caught(async () => parse(Buffer.from('{}')));
  expect(error).toMatchObject({ code: 'unexpected_response', provider: 'bevatel' });
});
