import type { FC } from 'hono/jsx';

/** Sentences in which `this` is code. */
export const Words: FC<{ text: string }> = ({ text }) => (
  <>
    {text
      .split(/(`[^`]+`)/)
      .map((part) => (/^`.+`$/.test(part) ? <code>{part.slice(1, -1)}</code> : part))}
  </>
);
