/** What makes a process tell of its traces: the standard variables of OpenTelemetry, and nothing of ours. */
const WANTED = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
] as const;

export interface Telemetry {
  /** Sends what is still to be sent; gives up after a moment, as nobody's message depends on it. */
  close(): Promise<void>;
}

const SILENT: Telemetry = { close: () => Promise.resolve() };
const CLOSE_MS = 3_000;

/** Starts OpenTelemetry's SDK where the environment asks for it. It is loaded only then: it is large. */
export async function startTelemetry(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Telemetry> {
  const wanted = WANTED.some((name) => (env[name] ?? '') !== '' && env[name] !== 'none');
  if (!wanted || env['OTEL_SDK_DISABLED'] === 'true') return SILENT;
  const [{ NodeSDK }, { envDetector }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/resources'),
  ]);
  const sdk = new NodeSDK({
    serviceName: env['OTEL_SERVICE_NAME'] ?? 'campaign-runner',
    // Not the process's own: its command line may name a person.
    resourceDetectors: [envDetector],
    instrumentations: [],
  });
  sdk.start();
  return {
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([sdk.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}
