import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { onTemporal, temporalAddress, uniqueQueue } from '../../../support/temporal';
import { type PlaceOptions, until } from '../../cli/fixture';
import { openTemporalPlace, type TemporalPlace } from './place';

/** Both sides have the same certificate here, of a CA that signed nothing else. */
const [CA, CERT, KEY] = ['ca', 'cert', 'key'].map((it) =>
  join(__dirname, `../../../fixtures/mutual-tls.${it}.pem`),
) as [string, string, string];
const tls = { cert: readFileSync(CERT), key: readFileSync(KEY) };
const SECRET = 'canary-api-key';

onTemporal('how Temporal is found', () => {
  let place: TemporalPlace;
  const servers: { close(): unknown }[] = [];
  afterEach(async () => {
    await place.close();
    for (const server of servers.splice(0)) server.close();
  });

  const open = async (env: PlaceOptions['env'], namespace = 'default') => {
    place = await openTemporalPlace(temporalAddress(), {
      namespace,
      rows: 8,
      env: { TEMPORAL_ADDRESS: temporalAddress(), ...env },
    });
  };
  const listening = (server: Server): Promise<string> =>
    new Promise((resolve) => {
      servers.push(server);
      server.listen(0, '127.0.0.1', () =>
        resolve(`localhost:${(server.address() as AddressInfo).port}`),
      );
    });
  const register = () => place.campaign('migrate', '--temporal', '--ledger', 'new.db');

  test('by a profile of a file, with its namespace; there it may be told of campaigns by name', async () => {
    const namespace = uniqueQueue('namespace');
    await open(
      { TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: 'temporal.toml', TEMPORAL_PROFILE: 'sends' },
      namespace,
    );
    place.write(
      'temporal.toml',
      `[profile.sends]\naddress = "${temporalAddress()}"\nnamespace = "${namespace}"\n`,
    );
    const before = await register();
    expect(before.exit).toBe(2);
    expect(before.err).toContain(`has no namespace ${namespace}`);
    expect(before.err).toContain('temporal operator namespace create');
    const waiting = place.worker();
    await until('the worker says so', () =>
      waiting.text().includes(`has no namespace ${namespace}`),
    );

    await place.client.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await until('it may be used', async () => (await register()).exit === 0, 60_000);
    const again = await register();
    expect(again.out).toContain('had its search attributes already');
    const { customAttributes } = await place.client.connection.operatorService.listSearchAttributes(
      { namespace },
    );
    expect(customAttributes).toMatchObject({ CampaignName: 2, CampaignState: 2 });

    await until('the worker takes part', () => waiting.text().includes('Takes part'), 60_000);
    expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);
    // The ledger is done a moment before the workflow that did it.
    expect(await (await place.handle()).result()).toBe('finished');
    // One sentence, however often it was tried.
    expect(waiting.text().match(/has no namespace/g)).toHaveLength(1);
  }, 150_000);

  test('a profile that is not there, or a file that cannot be read, is said', async () => {
    await open({ TEMPORAL_CONFIG_FILE: 'temporal.toml', TEMPORAL_PROFILE: 'none' });
    place.write('temporal.toml', 'this is = not [toml');
    const { exit, err } = await register();
    expect(exit).toBe(2);
    expect(err).toContain('TEMPORAL_PROFILE');
    const worker = await place.worker().ended;
    expect(worker.exit).toBe(2);
    expect(worker.err).toContain('TEMPORAL_CONFIG_FILE');
  });

  test('without a server a command says so and ends, and a worker waits', async () => {
    await open({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const { exit, err } = await register();
    expect(exit).toBe(2);
    expect(err).toMatch(
      /^Temporal cannot be reached at 127\.0\.0\.1:1 \(namespace default\)\. Start a server/,
    );
    const worker = place.worker();
    await until('it says so', () => worker.text().includes('cannot be reached at'));
    worker.child.kill('SIGTERM');
    expect((await worker.ended).exit).toBe(0);
  }, 60_000);

  test('a key that is refused is never printed', async () => {
    // A server that hears, and accepts nobody.
    const refusing = createSecureServer({ ...tls, allowHTTP1: false });
    refusing.on('stream', (stream) => {
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '16',
          'grpc-message': `no ${SECRET}`,
        },
        { endStream: true },
      );
    });
    const address = await listening(refusing);
    await open({
      TEMPORAL_ADDRESS: address,
      TEMPORAL_API_KEY: SECRET,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: CA,
    });
    const { exit, err, out } = await register();
    const worker = place.worker();
    await until('it says so', () => worker.text().includes('does not accept this client'), 30_000);
    expect(exit).toBe(2);
    expect(err).toContain('Look at TEMPORAL_API_KEY');
    expect(err + out + worker.text()).not.toContain('canary');
  }, 90_000);

  test('a server without TLS is told from one that is away', async () => {
    await open({ TEMPORAL_API_KEY: SECRET });
    const worker = place.worker();
    await until('it says so', () => worker.text().includes('TEMPORAL_TLS=false'), 30_000);
    const { err } = await register();
    expect(err).toContain('TLS is on');
    expect(err + worker.text()).not.toContain('canary');
  }, 60_000);

  test('through TLS with certificates on both sides', async () => {
    const seen: boolean[] = [];
    const [host, port] = temporalAddress().split(':');
    const proxy = createTlsServer(
      {
        ...tls,
        ca: readFileSync(CA),
        requestCert: true,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2'],
      },
      (socket) => {
        seen.push(socket.authorized);
        const inner = connect(Number(port), host);
        socket.pipe(inner).pipe(socket);
        for (const each of [socket, inner]) each.on('error', () => each.destroy());
      },
    );
    proxy.on('tlsClientError', () => seen.push(false));
    const address = await listening(proxy);
    const withCa = { TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: CA };
    await open(withCa);
    expect((await register()).exit).toBe(2);
    expect(seen).not.toContain(true);
    await place.close();
    await open({
      ...withCa,
      TEMPORAL_TLS_CLIENT_CERT_PATH: CERT,
      TEMPORAL_TLS_CLIENT_KEY_PATH: KEY,
    });
    const registered = await register();
    expect(registered.err).toBe('');
    expect(registered.exit).toBe(0);
    const worker = place.worker();
    expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);
    expect(worker.text()).toContain('Takes part');
    expect(seen).toContain(true);
  }, 120_000);
});
