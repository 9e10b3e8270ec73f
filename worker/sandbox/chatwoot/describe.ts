import type { Store } from './store';

/** Address, token and inboxes, for the terminal. */
export function describeChatwoot(store: Store): string[] {
  const lines = [`chatwoot  version ${store.version}`];
  for (const [token, user] of store.users) {
    lines.push(`  token   ${token}   (${user.kind}, ${user.role})`);
  }
  for (const account of store.accounts.values()) {
    lines.push(`  account ${account.id}   ${account.name}`);
    for (const inbox of account.inboxes.values()) {
      const medium = inbox.medium === null ? '' : ` ${inbox.medium}`;
      const single = inbox.lockToSingleConversation ? '   one conversation per contact' : '';
      const kind = `${inbox.channelType}${medium}`.padEnd(28);
      lines.push(`    inbox ${String(inbox.id).padStart(2)}  ${kind}${inbox.name}${single}`);
    }
  }
  return lines;
}
