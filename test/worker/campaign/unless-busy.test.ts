import { expect, test } from 'vitest';
import { unlessBusy } from '../../../worker/campaign/unless-busy';

test('an errand is not begun again while it is under way, and again after it ended, also by a failure', async () => {
  const begun: PromiseWithResolvers<void>[] = [];
  const tick = unlessBusy(() => {
    const errand = Promise.withResolvers<void>();
    begun.push(errand);
    return errand.promise;
  });
  tick();
  tick();
  expect(begun).toHaveLength(1);
  begun[0]?.reject(new Error('the ledger is away'));
  await expect
    .poll(() => {
      tick();
      return begun.length;
    })
    .toBe(2);
});
