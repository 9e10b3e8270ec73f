import { type Document, TAGS } from '../openapi';
import type { Shape, Shapes } from './schema';

interface Content {
  readonly schema?: Shape;
  readonly example?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Shape;
}

interface Described {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Content>> };
  readonly responses?: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, Content>> }
    >
  >;
}

/** One route, as the page shows it. */
export interface Operation extends Described {
  readonly method: string;
  readonly path: string;
  /** Of its place on the page. */
  readonly id: string;
  /** What a key has to allow; null: anybody may ask. */
  readonly scope: string | null;
}

export interface Topic {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

export const shapesOf = (document: Document): Shapes => document.components?.schemas ?? {};

/** All routes of the document, topic by topic. */
export function topicsOf(document: Document): Topic[] {
  const all = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Described>).map(
      ([method, described]): Operation => ({
        ...described,
        method: method.toUpperCase(),
        path,
        id: `${method}-${path.replace(/[^a-z]+/gi, '-').replace(/^-|-$/g, '')}`.toLowerCase(),
        scope: described.security?.[0]?.['key']?.[0] ?? null,
      }),
    ),
  );
  return TAGS.map(({ name, description }) => ({
    ...{ name, description },
    operations: all.filter(({ tags }) => tags?.[0] === name),
  })).filter(({ operations }) => operations.length > 0);
}
