import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CallKind } from '../core/words';

/** When requests arrived at the platform, in milliseconds since the epoch, in their order. */
export type Seen = Readonly<Record<Exclude<CallKind, 'conversation'>, readonly number[]>>;

export interface Platform {
  readonly url: string;
  /** Begins to write arrivals down, from nothing. */
  record(): Promise<void>;
  /** What arrived since. */
  seen(): Promise<Seen>;
  close(): void;
}

/** Starts bench/platform.mjs; it ends with this process, however that ends. */
export async function startPlatform(latencyMs: number): Promise<Platform> {
  const child = spawn(process.execPath, [join('bench', 'platform.mjs'), String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const port = await new Promise<string>((resolve) => lines.once('line', resolve));
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  return {
    url,
    record: async () => void (await ask('/bench/record')),
    seen: async () => (await ask('/bench/seen')) as Seen,
    close: () => child.kill(),
  };
}
