import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProviderError } from '../../../core/errors';
import type { Conversation, Provider } from '../../../providers/provider';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { contactOf, receiptOf, scriptedProvider } from '../../support/scripted-provider';
import { movedClock, rowsOf, slice } from '../../support/scripted-run';

onBothLedgers('a row that comes back', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  async function begun(provider: Partial<Provider>) {
    const { ledger } = place;
    const clock = movedClock();
    const campaign = await running(ledger, 'spring', 1, clock());
    const platform = scriptedProvider();
    platform.contacts.always(contactOf);
    const whole: Provider = {
      ...platform.provider,
      listBlocked: async () => new Set(),
      ...provider,
    };
    const go = () => slice({ ledger, campaign, provider: whole, clock });
    return { ledger, campaign, clock, platform, go };
  }

  it('keeps the contact that was made for it, where its conversation is not there yet', async () => {
    let listed = false;
    const { ledger, campaign, clock, platform, go } = await begun({
      ensureConversation: ({ id }): Promise<Conversation> => {
        if (listed) {
          const it = { id: `with-${id}`, watermark: '0', canReply: true, blocked: false };
          return Promise.resolve(it);
        }
        throw new ProviderError('unavailable', 'scripted: not yet', { provider: 'chatwoot' });
      },
    });
    platform.sends.always(() => receiptOf('m-1'));
    await go();
    const [row] = await rowsOf(ledger, campaign);
    expect(row).toMatchObject({ state: 'pending' });
    expect(row?.contact_id).toMatch(/^contact-/);
    listed = true;
    clock.forward(10 * 60_000);
    await go();
    expect(await rowsOf(ledger, campaign)).toMatchObject([{ state: 'sent', message_id: 'm-1' }]);
    expect(platform.contacts.calls).toHaveLength(1);
  });

  it('keeps contact and conversation when the message itself was put off', async () => {
    let conversations = 0;
    const { ledger, campaign, clock, platform, go } = await begun({
      ensureConversation: ({ id }) => {
        conversations += 1;
        const it = { id: `with-${id}`, watermark: '0', canReply: true, blocked: false };
        return Promise.resolve(it);
      },
    });
    let put = true;
    platform.sends.always(() => {
      if (!put) return receiptOf('m-1');
      put = false;
      throw new ProviderError('rate_limited', 'scripted: later', {
        provider: 'chatwoot',
        retryAfterMs: 1_000,
      });
    });
    await go();
    clock.forward(10 * 60_000);
    await go();
    expect(await rowsOf(ledger, campaign)).toMatchObject([{ state: 'sent' }]);
    expect(platform.contacts.calls).toHaveLength(1);
    expect(conversations).toBe(1);
  });
});
