import type { Store } from './store';

/** Keys, channels and templates, for the terminal. */
export function describeBird(store: Store): string[] {
  const lines = ['bird      the CRM API'];
  for (const { key, id } of store.keys) lines.push(`  key     ${key}   (its id: ${id})`);
  for (const { id, name, platformId, status } of store.channels.values()) {
    const note = status === 'active' ? '' : `   ${status}`;
    lines.push(`  inbox   ${id}  ${platformId.padEnd(9)}${name}${note}`);
  }
  for (const { id, name } of store.projects) lines.push(`  project ${id}  ${name}`);
  return lines;
}
