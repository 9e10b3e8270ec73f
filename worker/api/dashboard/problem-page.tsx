import type { FC } from 'hono/jsx';
import type { Caller } from '../auth';
import { Frame } from './frame';

interface ProblemProps {
  readonly title: string;
  readonly detail: string;
  readonly caller: Caller | null;
  readonly requestId: string;
}

/** There is no page for what was asked. */
export const ProblemPage: FC<ProblemProps> = ({ title, detail, caller, requestId }) => (
  <Frame title={title} caller={caller}>
    <div class="sheet stack">
      <h1>{title}</h1>
      <p>{detail}</p>
      <p>
        <a class="button" href="/">
          To the campaigns
        </a>
      </p>
      <p class="hint">
        In the log as <code>{requestId}</code>
      </p>
    </div>
  </Frame>
);
