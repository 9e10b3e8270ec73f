/** An n8n that can be started, and what it took to install it. */
export interface FoundN8n {
  readonly version: string;
  /** For Node. */
  readonly program: string;
  readonly seconds: number;
  readonly bytes: number;
}

/** Never throws: where none can be had, `missing` has the reason. `say` hears a line of whatever takes long. */
export function findN8n(options?: {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly say?: (line: string) => void;
  readonly withinMs?: number;
}): Promise<FoundN8n | { readonly missing: string }>;

/** For a person. */
export function describeN8n(found: FoundN8n): string;
