import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCredentialTest } from '../support/n8n-engine';
import { type InstalledPackage, installPackage } from '../support/n8n-package';

/** The credential of the runner's API, tested as n8n does it, by a server that knows one key. */
let server: Server;
let installed: InstalledPackage;
const asked: (string | undefined)[][] = [];
beforeAll(async () => {
  server = createServer(({ method, url, headers: { authorization } }, response) => {
    asked.push([method, url, authorization]);
    const status = authorization === 'Bearer crk_good' ? 200 : 401;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"accounts":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  installed = installPackage();
});
afterAll(() => {
  server.close();
  installed.remove();
});

async function tested(apiKey: string, path = '') {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const test = await loadCredentialTest(installed.folder, 'chatwoot', 'campaignRunnerApi');
  const credentials = { baseUrl, apiKey };
  return (await test({ items: [{}], parameters: {}, credentials })).result.error;
}

it('is tested by asking for the accounts, with the key', async () => {
  await expect(tested('crk_good')).resolves.toBeUndefined();
  await expect(tested('crk_good', '/')).resolves.toBeUndefined();
  expect(asked).toEqual([
    ['GET', '/accounts', 'Bearer crk_good'],
    ['GET', '/accounts', 'Bearer crk_good'],
  ]);
});

it('is refused where the key is wrong', async () => {
  await expect(tested('crk_wrong')).resolves.toMatchObject({ httpCode: '401' });
});
