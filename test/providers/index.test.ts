import { expect, it } from 'vitest';
import { findProvider, providers } from '../../providers';
import { chatwoot } from '../../providers/chatwoot';

it('finds an adapter by its name and nothing else', () => {
  expect(findProvider('chatwoot')).toBe(chatwoot);
  expect(findProvider('Chatwoot')).toBeUndefined();
  expect(findProvider('toString')).toBeUndefined();
  expect(Object.entries(providers).every(([id, definition]) => definition.id === id)).toBe(true);
});
