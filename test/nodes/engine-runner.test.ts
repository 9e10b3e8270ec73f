import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignRunnerApi } from '../../credentials/CampaignRunnerApi.credentials';
import { testLedger } from '../support/ledger';
import { loadCredentialTest } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';
import { openApi } from '../worker/api/campaign-fixture';
import { keyFor } from '../worker/api/frame-fixture';

/** The credential of the runner's API, tested as n8n does it. */
let installed: InstalledPackage;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed.remove());

/** What n8n says of it; nothing where it is good. */
async function tested(baseUrl: string, apiKey: string): Promise<unknown> {
  const test = await loadCredentialTest(installed.folder, 'chatwoot', 'campaignRunnerApi');
  const credentials = { baseUrl, apiKey };
  const { result, items } = await test({ items: [{}], parameters: {}, credentials });
  if (result.error !== undefined) return result.error;
  // Rules are not the engine's, but of n8n's own test of credentials, which compares in this way.
  const { rules = [] } = new CampaignRunnerApi().test;
  const broken = rules.find(
    ({ type, properties }) =>
      type === 'responseSuccessBody' && items[0]?.json[properties.key] === properties.value,
  );
  return broken?.properties.message;
}

describe('of a runner', () => {
  it('is good with a key that may read or send, and refused with any other', async () => {
    const opened = await testLedger();
    const { url, close } = await openApi(opened);
    try {
      expect(await tested(url, '')).toBeUndefined();
      for (const scope of ['read', 'send'] as const) {
        const key = await keyFor(opened.ledger, scope);
        expect([scope, await tested(url, key)]).toEqual([scope, undefined]);
        expect([scope, await tested(`${url}/`, key)]).toEqual([scope, undefined]);
      }
      expect(await tested(url, 'crk_wrong')).toMatchObject({ httpCode: '401' });
      expect(await tested(url, '')).toMatchObject({ httpCode: '401' });
    } finally {
      await close();
      await opened.close();
    }
  });
});

describe('of another server', () => {
  let server: Server;
  let answer: readonly [type: string, body: string];
  beforeAll(async () => {
    server = createServer((_, response) => {
      const [type, body] = answer;
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
  });

  it.each([
    ['a page for everything', 'text/html', '<!doctype html><title>Welcome</title>'],
    ['JSON of its own', 'application/json', '{"data":{"status":"ok"}}'],
  ])('that has %s it is refused, and says where to look', async (_, ...page) => {
    answer = page;
    const { port } = server.address() as AddressInfo;
    expect(await tested(`http://127.0.0.1:${port}`, 'crk_good')).toMatch(/check the Base URL$/);
  });
});
