import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { campaignYaml, fictional, listOf, openPlace, type Place, UNLIMITED } from './fixture';

let place: Place;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await place?.close();
});

/** What an OpenTelemetry collector would get, as JSON. */
async function collector(): Promise<{ readonly url: string; readonly bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      bodies.push(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
}

const spansOf = (body: string): Span[] =>
  (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);

test('by the standard variables a run tells of its slices and requests, and of nobody', async () => {
  const { url, bodies } = await collector();
  place = await openPlace({
    account: UNLIMITED,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    },
  });
  place.write('spring.campaign.yaml', campaignYaml());
  place.write('list.csv', listOf(3));
  expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);

  const spans = bodies.flatMap(spansOf);
  const slice = spans.find(({ name }) => name === 'slice');
  const messages = spans.filter(({ name }) => name === 'chatwoot message');
  expect(messages).toHaveLength(3);
  expect(new Set(messages.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set([slice?.spanId]),
  );
  expect(messages[0]?.attributes.map(({ key }) => key).sort()).toEqual([
    'campaign_runner.account',
    'campaign_runner.call',
    'campaign_runner.platform',
    'http.request.method',
    'http.response.status_code',
  ]);
  const all = bodies.join('\n');
  expect(all).toContain('"campaign-runner"');
  expect(all).toContain('deployment.environment');
  for (const secret of ['sandbox-token', 'Person', 'it is time', fictional(0).slice(1)]) {
    expect(all).not.toContain(secret);
  }
}, 60_000);

test('without them nothing is told to anybody', async () => {
  const { url, bodies } = await collector();
  place = await openPlace({
    account: UNLIMITED,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' },
  });
  place.write('spring.campaign.yaml', campaignYaml());
  place.write('list.csv', listOf(1));
  expect((await place.campaign('run', 'spring.campaign.yaml')).exit).toBe(0);
  expect(bodies).toEqual([]);
}, 60_000);
