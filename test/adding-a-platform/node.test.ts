import type { IHttpRequestOptions } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeContext } from '../support/n8n-context';
import { Postbox } from './Postbox.node';
import { PostboxApi } from './PostboxApi.credentials';
import { type Served, servePostbox } from './serve';

const PHONE = '+12025550123';
const node = new Postbox();
const credential = new PostboxApi();

let served: Served;
beforeEach(async () => {
  served = await servePostbox();
});
afterEach(() => served.close());

/** As n8n's own client: the credential signs, and every status is an answer. */
async function viaCredential(credentials: Record<string, string>, request: IHttpRequestOptions) {
  if (typeof credential.authenticate !== 'function') expect.fail('not a function');
  const { url, method, headers, body } = await credential.authenticate(credentials, request);
  const response = await fetch(url, {
    method: method ?? 'GET',
    headers: headers as Record<string, string>,
    ...(typeof body === 'string' ? { body } : {}),
  });
  return {
    statusCode: response.status,
    body: await response.text(),
    headers: Object.fromEntries(response.headers),
  };
}

async function run(parameters: Record<string, string>) {
  const credentials = { url: served.url, key: 'sandbox-key' };
  const { context } = fakeContext({
    credentials,
    parameters: {
      ...{ resource: 'message', operation: 'send' },
      ...{ recipient: PHONE, contactName: 'Ada', text: 'Your order is ready.', sendKey: 'order-1' },
      ...{ options: { settleSeconds: 1 }, ...parameters },
    },
    http: (request) => viaCredential(credentials, request),
  });
  const [items] = await node.execute.call(context);
  return items?.[0]?.json;
}

describe('the node of the toy platform', () => {
  it('sends a letter once for its key, and says so the second time', async () => {
    expect(await run({})).toMatchObject({ contactId: 'p1', messageId: '1', by: 'accepted' });
    expect(await run({})).toMatchObject({ messageId: '1' });
    expect(served.counts.accepted()).toEqual(new Map([[PHONE, 1]]));
  });

  it('finds a letter whose answer was lost', async () => {
    served.faults.set([{ match: { delivers: true }, fault: 'drop_after_commit' }]);
    expect(await run({ sendKey: 'order-2' })).toMatchObject({ messageId: '1', status: 'sent' });
    expect(served.counts.accepted()).toEqual(new Map([[PHONE, 1]]));
  });

  it('creates or finds a contact', async () => {
    const asked = { resource: 'contact', operation: 'createOrFind' };
    expect(await run(asked)).toEqual({ contactId: 'p1', created: true, blocked: false });
    expect(await run(asked)).toEqual({ contactId: 'p1', created: false, blocked: false });
  });

  it('tests its credential by asking whose the key is', async () => {
    const { request } = credential.test;
    for (const [key, status] of [
      ['sandbox-key', 200],
      ['another-key', 401],
    ] as const) {
      const answer = await viaCredential({ url: served.url, key }, request as IHttpRequestOptions);
      expect(answer.statusCode).toBe(status);
    }
    expect(served.log.all().map(({ path }) => path)).toEqual(['/postbox/v1/me', '/postbox/v1/me']);
  });
});
