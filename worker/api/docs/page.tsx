import { createHash } from 'node:crypto';
import type { FC } from 'hono/jsx';
import { Mark } from '../dashboard/icons';
import { BASE } from '../dashboard/style/base';
import { PARTS } from '../dashboard/style/parts';
import { TOKENS } from '../dashboard/style/tokens';
import type { Document } from '../openapi';
import { Begin, PLACES, Rules } from './intro';
import { OperationSection } from './operation';
import { shapesOf, type Topic, topicsOf } from './operations';
import { DOCS } from './style';

export const STYLE = [TOKENS, BASE, PARTS, DOCS].join('\n');
/** It changes with what is in it: a browser may keep it for ever. */
export const STYLE_PATH = `/docs/${createHash('sha256').update(STYLE).digest('hex').slice(0, 12)}.css`;

/** All that a stranger needs, as one page without a script, made from the document that programs read. */
export async function docsPage(document: Document, base: string): Promise<string> {
  return `<!doctype html>\n${await (<Page document={document} base={base} />)}`;
}

const Page: FC<{ document: Document; base: string }> = ({ document, base }) => {
  const topics = topicsOf(document);
  const shapes = shapesOf(document);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>HTTP API · Campaign Runner</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/ui/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={STYLE_PATH} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <div class="wide">
            <a class="brand" href="/">
              <Mark />
              <span>Campaign Runner</span>
            </a>
            <nav aria-label="Pages">
              <ul>
                <li>
                  <a href="/">Campaigns</a>
                </li>
                <li>
                  <a href="/docs" aria-current="page">
                    HTTP API
                  </a>
                </li>
                <li>
                  <a href="/openapi.json">openapi.json</a>
                </li>
              </ul>
            </nav>
          </div>
        </header>
        <main id="main" class="wide" tabindex={-1}>
          <div class="docs">
            <Contents topics={topics} />
            <div class="body">
              <h1>The HTTP API</h1>
              <Begin base={base} />
              <Rules base={base} />
              {topics.map(({ name, description, operations }) => (
                <>
                  <h2 class="topic" id={anchorOf(name)}>
                    {name}
                  </h2>
                  <p>{description}</p>
                  {operations.map((operation) => (
                    <OperationSection operation={operation} base={base} shapes={shapes} />
                  ))}
                </>
              ))}
            </div>
          </div>
        </main>
      </body>
    </html>
  );
};

const Contents: FC<{ topics: readonly Topic[] }> = ({ topics }) => (
  <nav class="toc" aria-label="On this page">
    <ul>
      {PLACES.map(([id, title]) => (
        <li>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
      {topics.map(({ name, operations }) => (
        <li>
          <a href={`#${anchorOf(name)}`}>{name}</a>
          <ul>
            {operations.map(({ id, summary }) => (
              <li>
                <a href={`#${id}`}>{summary ?? ''}</a>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  </nav>
);

const anchorOf = (name: string): string => `topic-${name.toLowerCase()}`;
