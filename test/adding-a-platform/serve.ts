import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Counts, createCounts } from '../../worker/sandbox/counts';
import { createFaults, type Faults } from '../../worker/sandbox/faults';
import { createFront } from '../../worker/sandbox/front';
import { createRequestLog, type RequestLog } from '../../worker/sandbox/request-log';
import { createPostbox, type Postbox, type PostboxOptions } from './emulator';

export interface Served {
  readonly url: string;
  readonly postbox: Postbox;
  readonly counts: Counts;
  readonly faults: Faults;
  readonly log: RequestLog;
  close(): Promise<void>;
}

/** The toy's emulator behind the sandbox's own front: what worker/sandbox/index.ts does for the real ones. */
export async function servePostbox(options: PostboxOptions = {}): Promise<Served> {
  const counts = createCounts();
  const faults = createFaults(1);
  const log = createRequestLog(10_000);
  const postbox = createPostbox(options, counts);
  const { platform } = postbox;
  const front = createFront({
    platformAt: (path) => (path.startsWith(`${platform.mount}/`) ? platform : undefined),
    faults,
    log,
    limit: undefined,
    latencyMs: 0,
  });
  const server = createServer((incoming, outgoing) => void front.handle(incoming, outgoing));
  // Longer than any client keeps an idle connection: a reset must come from a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${platform.mount}`,
    postbox,
    counts,
    faults,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
