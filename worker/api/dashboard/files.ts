import { createHash } from 'node:crypto';
import { SCRIPT } from './script';
import { STYLE } from './style';

/** A file's name changes with what is in it: a browser may keep it for ever. */
const named = (name: string, ending: string, text: string): string =>
  `/ui/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${ending}`;

export const STYLE_PATH = named('style', 'css', STYLE);
export const SCRIPT_PATH = named('script', 'js', SCRIPT);

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="7" fill="#0b5d59"/><path d="M7 9h9M7 14h13M7 19h6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/></svg>`;

export interface File {
  readonly path: string;
  readonly type: string;
  readonly text: string;
}

/** All that a page loads beside itself. */
export const FILES: readonly File[] = [
  { path: STYLE_PATH, type: 'text/css; charset=utf-8', text: STYLE },
  { path: SCRIPT_PATH, type: 'text/javascript; charset=utf-8', text: SCRIPT },
  { path: '/ui/icon.svg', type: 'image/svg+xml', text: ICON },
];
