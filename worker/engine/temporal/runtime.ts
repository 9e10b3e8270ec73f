import type { LogLevel, LogMetadata } from '@temporalio/common';
import { type Logger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { InputError } from '../../campaign/input-error';

export interface SdkLine {
  readonly level: LogLevel;
  readonly message: string;
  /** Ids, types and numbers only. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface RuntimeOptions {
  /** Told what the SDK has to say, from `level` on. */
  readonly log?: (line: SdkLine) => void;
  readonly level?: 'INFO' | 'WARN';
  /** Where the SDK's own metrics are served, host:port; not at all without it. */
  readonly metricsAt?: string | undefined;
}

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** The same line is not said again for so long. */
const QUIET_MS = 30_000;

let installed = false;

/**
 * Sets the SDK up for this process, once: signals are the command's own, and what it logs goes through `log` without anybody's words.
 *
 * @throws InputError when its metrics cannot be served there.
 */
export function installRuntime({ log, level = 'WARN', metricsAt }: RuntimeOptions): void {
  if (installed) return;
  try {
    Runtime.install({
      shutdownSignals: [],
      logger: sdkLogger(level, log ?? (() => undefined)),
      telemetryOptions: {
        // Else the SDK's core writes to the terminal by itself.
        logging: {
          forward: {},
          filter: makeTelemetryFilterString({ core: level, other: 'ERROR' }),
        },
        ...(metricsAt === undefined
          ? {}
          : { metrics: { prometheus: { bindAddress: metricsAt, useSecondsForDurations: true } } }),
      },
    });
  } catch (error) {
    if (metricsAt === undefined) throw error;
    throw new InputError(
      `The metrics of Temporal's SDK cannot be served at ${metricsAt}. Choose another port with --temporal-metrics-port.`,
      error,
    );
  }
  installed = true;
}

/** A logger for the SDK, whose lines may carry the words of an error or the arguments of a call: only what is known to be ours is passed on. */
export function sdkLogger(least: LogLevel, write: (line: SdkLine) => void): Logger {
  const lastSaid = new Map<string, number>();
  function log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const text = wordsOf(message);
    // The interceptor has told it already, with its code.
    if (text === 'Activity failed') return;
    const fields = fieldsOf(meta ?? {});
    // A server that is away is complained of by every poller, again and again.
    const line = JSON.stringify([level, text, fields]);
    const now = performance.now();
    if (now - (lastSaid.get(line) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    if (lastSaid.size > 1_000) lastSaid.clear();
    lastSaid.set(line, now);
    write({ level, message: text, fields });
  }
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

/** The SDK's sentence, without what is put in after it: an error, a payload, a state. */
function wordsOf(message: string): string {
  const [sentence = ''] = message.split(/[\n:{(["'`]|\+?\d{4,}|\S+@/, 1);
  return sentence.trim().slice(0, 120);
}

/** Names of ours, ids and numbers. */
const FIELDS = [
  'sdkComponent',
  'namespace',
  'taskQueue',
  'workflowType',
  'activityType',
  'workflowId',
  'runId',
  'attempt',
  'durationMs',
  'state',
] as const;

function fieldsOf(meta: LogMetadata): Record<string, string | number | boolean> {
  const fields: Record<string, string | number | boolean> = {};
  for (const name of FIELDS) {
    const value: unknown = meta[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      fields[name] = value;
    }
  }
  const { error } = meta as { readonly error?: unknown };
  // Its kind, never its words.
  if (error instanceof Error) fields['error'] = codeOf(error);
  return fields;
}

function codeOf(error: Error): string {
  const { type } = error as Error & { readonly type?: unknown };
  return typeof type === 'string' && /^[A-Z_]{3,40}$/.test(type) ? type : error.name;
}
