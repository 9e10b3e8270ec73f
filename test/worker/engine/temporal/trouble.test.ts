import { describe, expect, it } from 'vitest';
import type { Target } from '../../../../worker/engine/temporal/connection';
import { type SdkLine, sdkLogger } from '../../../../worker/engine/temporal/runtime';
import { createStanding, troublesOf } from '../../../../worker/engine/temporal/standing';
import { troubleOf, wordsOf } from '../../../../worker/engine/temporal/trouble';

/** The SDK's own words, as it was seen to say them. */
const SAID: readonly [string, object, ReturnType<typeof troubleOf>][] = [
  [
    'tonic::transport::Error(Transport, ConnectError("tcp connect error", Os { code: 111 }))',
    { name: 'TransportError' },
    'away',
  ],
  ['Failed to connect before the deadline', {}, 'away'],
  ['14 UNAVAILABLE: No connection established', { code: 14 }, 'away'],
  [
    'tonic::transport::Error(Transport, ConnectError(Custom { kind: InvalidData, error: InvalidMessage(InvalidContentType) }))',
    { name: 'TransportError' },
    'tls',
  ],
  [
    'Namespace nothere was not found or otherwise could not be described: Status { code: NotFound }',
    { name: 'TransportError' },
    'namespace',
  ],
  ["Namespace not found: 'nothere'", { name: 'NamespaceNotFoundError' }, 'namespace'],
  ['7 PERMISSION_DENIED: Request unauthorized.', { code: 7 }, 'key'],
  [
    "Failed to call GetSystemInfo: code: 'The request does not have valid authentication credentials'",
    { name: 'TransportError' },
    'key',
  ],
  ['Status { code: Unauthenticated, message: "jwt" }', { name: 'TransportError' }, 'key'],
  ['workflow not found for ID: x', { name: 'WorkflowNotFoundError' }, null],
  ['something else', {}, null],
];

describe('trouble with a server', () => {
  it.each(SAID)('%s', (message, more, trouble) => {
    expect(troubleOf(Object.assign(new Error(message), more))).toBe(trouble);
    expect(troubleOf(new Error('outer', { cause: Object.assign(new Error(message), more) }))).toBe(
      trouble,
    );
  });

  it('is told without the key', () => {
    const target: Target = {
      address: 'temporal.example:7233',
      namespace: 'sends',
      options: { address: 'temporal.example:7233', apiKey: 'canary-key' },
    };
    for (const trouble of ['away', 'tls', 'key', 'namespace'] as const) {
      const words = wordsOf(trouble, target);
      expect(words).toContain('temporal.example:7233');
      expect(words).not.toContain('canary');
    }
    expect(wordsOf('away', target)).toContain('TLS is on');
  });
});

describe('what the SDK logs', () => {
  it('is passed on without anybody’s words, and once', () => {
    const lines: SdkLine[] = [];
    const logger = sdkLogger('WARN', (line) => lines.push(line));
    logger.info('Worker state changed', { state: 'RUNNING' });
    logger.warn('Activity failed', { error: new Error('Robin Canary') });
    for (let n = 0; n < 3; n += 1) {
      logger.warn('Workflow task failed: "Robin Canary" +12025550123', {
        workflowId: 'campaign/1',
        payload: 'Robin Canary',
        error: new TypeError('Robin Canary'),
      });
    }
    expect(lines).toEqual([
      {
        level: 'WARN',
        message: 'Workflow task failed',
        fields: { workflowId: 'campaign/1', error: 'TypeError' },
      },
    ]);
  });
});

describe('a worker is ready', () => {
  const status = {
    runState: 'RUNNING',
    workflowPollerState: 'POLLING',
    activityPollerState: 'POLLING',
  };
  const standing = (more: object, trouble: 'away' | null = null) => ({
    worker: { getStatus: () => ({ ...status, ...more }) as never },
    trouble,
  });

  it('when it runs and polls for its part', () => {
    expect(troublesOf(createStanding())).toEqual(['TEMPORAL_NOT_CONNECTED']);
    expect(troublesOf(standing({}))).toEqual([]);
    expect(troublesOf(standing({}, 'away'))).toEqual(['TEMPORAL_AWAY']);
    expect(troublesOf(standing({ runState: 'DRAINING' }))).toEqual(['WORKER_DRAINING']);
    const halves = standing({ workflowPollerState: 'SHUTDOWN', activityPollerState: 'FAILED' });
    expect(troublesOf(halves)).toEqual(['WORKFLOWS_SHUTDOWN', 'ACTIVITIES_FAILED']);
    expect(troublesOf(halves, 'activities')).toEqual(['ACTIVITIES_FAILED']);
    expect(troublesOf(halves, 'workflows')).toEqual(['WORKFLOWS_SHUTDOWN']);
  });
});
