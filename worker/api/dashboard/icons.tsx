import type { FC } from 'hono/jsx';

/** Shapes that differ without their colour, on a field of 16 by 16. */
const SHAPES = {
  importing: <path d="M8 1.8v7M4.8 6 8 9.2 11.2 6M2.5 11v3h11v-3" />,
  ready: <circle cx="8" cy="8" r="5.5" />,
  running: <path class="solid" d="M4.5 2.5v11l8.5-5.5z" />,
  started: <path class="solid" d="M4.5 2.5v11l8.5-5.5z" />,
  resumed: <path class="solid" d="M4.5 2.5v11l8.5-5.5z" />,
  paused: <path class="solid" d="M4 3h3v10H4zM9 3h3v10H9z" />,
  finished: <path d="M2.5 8.5 6.3 12.3 13.5 4.2" />,
  cancelled: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM4 12 12 4" />,
  sent: <path d="M2.5 8.5 6.3 12.3 13.5 4.2" />,
  failed: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" />,
  unknown: <path d="M5 5.6C5 3.9 6.3 2.7 8 2.7s3 1.1 3 2.7c0 2.2-3 2.3-3 4.5M8 12.6v.9" />,
  skipped: <path d="M3 8h10" />,
  pending: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM8 4.8V8l2.2 1.6" />,
  claimed: <circle class="dashed" cx="8" cy="8" r="5.5" />,
  sending: <path d="M2.5 8h10M8.6 3.8 12.8 8l-4.2 4.2" />,
  delivered: <path d="M1.5 8.6 4.7 11.8 10.6 4.6M8 11.2l.8.8 6-7.3" />,
  read: (
    <path d="M1.5 8S4 3.6 8 3.6 14.5 8 14.5 8 12 12.4 8 12.4 1.5 8 1.5 8ZM8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2Z" />
  ),
  delivery_failed: <path d="M8 2 14.5 13.5h-13zM8 6.4v3.2M8 11.4v.6" />,
  replied: <path d="M6.5 3.5 2.5 7.5l4 4M2.8 7.5H9a4.5 4.5 0 0 1 4.5 4.5v1" />,
  opted_out: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM5 8h6" />,
  opted_in: <path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM5 8h6M8 5v6" />,
} as const;

export type IconName = keyof typeof SHAPES;

export const isIcon = (name: string): name is IconName => Object.hasOwn(SHAPES, name);

/** Beside words that say the same: nobody has to see it. */
export const Icon: FC<{ name: IconName }> = ({ name }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    {SHAPES[name]}
  </svg>
);

/** Rows on their way. */
export const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true" focusable="false">
    <rect class="mark-field" width="28" height="28" rx="7" />
    <path class="mark-rows" d="M7 9h9M7 14h13M7 19h6" />
  </svg>
);
