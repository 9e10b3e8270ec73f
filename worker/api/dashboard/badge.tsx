import type { FC } from 'hono/jsx';
import { Icon, isIcon } from './icons';

/** A state: a word, a shape, and a colour. */
export const Badge: FC<{ state: string; large?: boolean }> = ({ state, large = false }) => (
  <span class={`badge is-${state}${large ? ' large' : ''}`}>
    {isIcon(state) ? <Icon name={state} /> : null}
    {labelOf(state)}
  </span>
);

/** "delivery_failed" is read "Delivery failed". */
export function labelOf(state: string): string {
  return state.charAt(0).toUpperCase() + state.slice(1).replaceAll('_', ' ');
}
