import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../core/errors';
import { listSearchOf } from '../../nodes/shared/search';
import { fakePlatform, INBOX } from '../support/fake-platform';
import { fakeContext } from '../support/n8n-context';

const inbox = { mode: 'list', value: '1' };

describe('the list of inboxes', () => {
  it('shows name and channel, narrowed by what was typed', async () => {
    const { searchInboxes } = listSearchOf(fakePlatform().platform);
    const { context } = fakeContext({ parameters: {} });
    const results = [{ name: 'Support (sms)', value: '1' }];
    await expect(searchInboxes.call(context)).resolves.toEqual({ results });
    await expect(searchInboxes.call(context, 'SUPP')).resolves.toEqual({ results });
    await expect(searchInboxes.call(context, 'sales')).resolves.toEqual({ results: [] });
  });

  it('says why there is none', async () => {
    const { platform } = fakePlatform();
    Object.assign(platform.definition, {
      connect: () => ({
        listInboxes: async () => {
          throw new ProviderError('auth_failed', 'fake: listing inboxes: answered 401', {
            ...{ provider: 'chatwoot', status: 401, detail: 'Invalid Access Token' },
          });
        },
      }),
    });
    const { context } = fakeContext({ parameters: {} });
    await expect(listSearchOf(platform).searchInboxes.call(context)).rejects.toMatchObject({
      name: 'NodeApiError',
      httpCode: '401',
      description: expect.stringContaining('Invalid Access Token'),
    });
  });
});

describe('the list of templates', () => {
  it('is that of the chosen inbox', async () => {
    const { searchTemplates } = listSearchOf(fakePlatform().platform);
    const { context } = fakeContext({ parameters: { inbox } });
    await expect(searchTemplates.call(context)).resolves.toEqual({
      results: [{ name: 'ready (en)', value: 'ready|en' }],
    });
  });

  it('is empty while no inbox is chosen', async () => {
    const { searchTemplates } = listSearchOf(fakePlatform(undefined, INBOX).platform);
    const { context } = fakeContext({ parameters: { inbox: { mode: 'list', value: '' } } });
    await expect(searchTemplates.call(context)).resolves.toEqual({ results: [] });
  });
});
