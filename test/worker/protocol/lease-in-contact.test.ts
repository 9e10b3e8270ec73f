import { afterEach, beforeEach, expect, it } from 'vitest';
import { ProviderError } from '../../../core/errors';
import { reclaim } from '../../../worker/ledger';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, running, type TestLedger } from '../../support/ledger';
import { contactOf, receiptOf, scriptedProvider } from '../../support/scripted-provider';
import { LONG_LEASE_MS, movedClock, oneRow, rowsOf, slice } from '../../support/scripted-run';

onBothLedgers('a lease that ends while the contact is made', (open) => {
  let place: TestLedger;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  const refused = (): ProviderError =>
    new ProviderError('rejected', 'scripted: no such number', {
      provider: 'chatwoot',
      reason: 'invalid_address',
    });
  const gone = (): ProviderError =>
    new ProviderError('not_found', 'scripted: no such contact', { provider: 'chatwoot' });

  it.each([
    ['made', (): Error | null => null],
    ['refused', refused],
    ['not found', gone],
  ] as const)(
    'the row is taken over, and the first one, whose contact is then %s, changes nothing of it',
    async (_name, late) => {
      const clock = movedClock();
      const campaign = await running(place.ledger, 'spring', 1, clock());
      const first = scriptedProvider();
      first.sends.always(() => receiptOf('by the first one'));
      const slow = oneRow({ ledger: place.ledger, campaign, provider: first.provider, clock });
      const contact = await first.contacts.next();

      clock.forward(LONG_LEASE_MS + 1);
      const other = await place.reopen();
      await reclaim(other, 'desk', clock());
      const second = scriptedProvider();
      second.contacts.always(contactOf);
      const taking = slice({ ledger: other, campaign, provider: second.provider, clock });
      const send = await second.sends.next();
      const before = await rowsOf(other, campaign);
      expect(before).toMatchObject([{ state: 'sending' }]);

      const error = late();
      if (error === null) contact.answer({ ...contactOf(contact.asked), id: 'another contact' });
      else contact.fail(error);
      await slow;
      expect(await rowsOf(other, campaign)).toEqual(before);
      await expectTrueCounters(other, campaign.id);

      send.answer({ messageId: 'm1', conversationId: 'c' });
      await taking;
      expect(first.sends.calls).toHaveLength(0);
      expect(await rowsOf(other, campaign)).toMatchObject([
        { state: 'sent', message_id: 'm1', attempts: 1, contact_id: contactOf(contact.asked).id },
      ]);
      await expectTrueCounters(other, campaign.id);
    },
  );

  it('the row is claimed anew, and a late refusal under the old lease does not end it', async () => {
    const clock = movedClock();
    const campaign = await running(place.ledger, 'spring', 1, clock());
    const first = scriptedProvider();
    first.sends.always(() => receiptOf('by the first one'));
    const slow = oneRow({ ledger: place.ledger, campaign, provider: first.provider, clock });
    const contact = await first.contacts.next();
    clock.forward(LONG_LEASE_MS + 1);
    const other = await place.reopen();
    await reclaim(other, 'desk', clock());
    const second = scriptedProvider();
    const taking = slice({ ledger: other, campaign, provider: second.provider, clock });
    const again = await second.contacts.next();
    contact.fail(refused());
    await slow;
    expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'claimed', reason: null }]);
    second.sends.always(() => ({ messageId: 'm1', conversationId: 'c' }));
    again.answer(contactOf(again.asked));
    await taking;
    expect(await rowsOf(other, campaign)).toMatchObject([{ state: 'sent', message_id: 'm1' }]);
    await expectTrueCounters(other, campaign.id);
  });
});
