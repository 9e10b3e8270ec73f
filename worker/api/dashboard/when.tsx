import type { FC } from 'hono/jsx';
import { utcWords } from './words';

/** A moment: in UTC as it is sent, and in the browser's zone once the script has been there. */
export const When: FC<{ at: string | number; toTheSecond?: boolean }> = ({
  at,
  toTheSecond = false,
}) => {
  const moment = new Date(at);
  return (
    <time datetime={moment.toISOString()} data-when={toTheSecond ? 'second' : 'minute'}>
      {utcWords(moment)}
    </time>
  );
};
