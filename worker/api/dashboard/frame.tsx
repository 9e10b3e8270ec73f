import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Caller } from '../auth';
import { SCRIPT_PATH, STYLE_PATH } from './files';
import { Mark } from './icons';

const PLACES = [
  ['campaigns', '/', 'Campaigns'],
  ['accounts', '/ui/accounts', 'Accounts'],
  ['events', '/ui/events', 'Events'],
] as const;

/** What campaigns become; of rows there is too much for a page to follow each. */
const FEED = '/events?after=latest&types=ready,started,paused,resumed,cancelled,finished';

export interface FrameProps {
  readonly title: string;
  readonly here?: (typeof PLACES)[number][0];
  /** Null before anybody has signed in. */
  readonly caller: Caller | null;
  /** Its parts are asked for again and again. */
  readonly live?: boolean;
}

/** What stands around every page. */
export const Frame: FC<PropsWithChildren<FrameProps>> = ({
  title,
  here,
  caller,
  live = false,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · Campaign Runner`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="same-origin" />
      <link rel="icon" href="/ui/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href={STYLE_PATH} />
      <script src={SCRIPT_PATH} defer />
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
          {caller === null ? null : <Places here={here} />}
          {caller === null ? null : <Who caller={caller} />}
        </div>
      </header>
      <main id="main" class="wide" tabindex={-1} {...(live ? { 'data-live': FEED } : {})}>
        {children}
      </main>
      <footer class="wide foot">
        <p id="connection" role="status" />
        <p>
          <a href="/docs">The HTTP API</a>
          <span class="zone" data-zone="">
            Times are in UTC
          </span>
        </p>
      </footer>
      <p id="announce" class="unseen" aria-live="polite" />
    </body>
  </html>
);

const Places: FC<{ here: FrameProps['here'] }> = ({ here }) => (
  <nav aria-label="Pages">
    <ul>
      {PLACES.map(([name, path, label]) => (
        <li>
          <a href={path} {...(name === here ? { 'aria-current': 'page' } : {})}>
            {label}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

const Who: FC<{ caller: Caller }> = ({ caller }) => (
  <div class="who">
    {caller.keyId === null ? (
      <span>No key needed yet</span>
    ) : (
      <form method="post" action="/ui/sign-out">
        <span>
          {caller.name} <span class="soft">({caller.scope})</span>
        </span>
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    )}
  </div>
);
