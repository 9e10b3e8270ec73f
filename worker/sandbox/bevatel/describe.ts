import { describeChatwoot } from '../chatwoot/describe';
import type { Store } from '../chatwoot/store';

/** What is there, for the terminal: Chatwoot's lines but for the first. */
export function describeBevatel(store: Store, developerPath: string): string[] {
  const [, ...rest] = describeChatwoot(store);
  return [
    `bevatel   as Chatwoot ${store.version}; WhatsApp templates through ${developerPath}`,
    ...rest,
  ];
}
