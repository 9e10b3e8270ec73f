import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AccountSummary, Desk } from '../../../worker/engine/desk';
import { type Ledger, readEvents, results, suppressedAmong, tally } from '../../../worker/ledger';
import { type Sandbox, startSandbox } from '../../../worker/sandbox';
import { REHEARSALS } from '../../../worker/sandbox/rehearsals';
import { accountOf, answering, connectTo, runWhile } from '../../support/answering';
import { expectTrueCounters } from '../../support/counts';
import { onBothLedgers, type TestLedger } from '../../support/ledger';
import { until } from '../../support/until';
import { type Served, serveApi } from '../api/frame-fixture';

const SECRET = 'sesame-webhook-secret';

onBothLedgers('a STOP that a webhook brings while the campaign runs', (open) => {
  let place: TestLedger;
  let ledger: Ledger;
  let sandbox: Sandbox;
  let served: Served;
  beforeEach(async () => {
    place = await open();
    ledger = place.ledger;
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    await served.close();
    await sandbox.close();
    await place.close();
  });

  it.each(['chatwoot', 'bevatel', 'bird'] as const)(
    'of %s keeps that person’s message back, and nobody else’s',
    async (platform) => {
      const account = accountOf(sandbox, platform, SECRET);
      const desk = {
        accounts: () => Promise.resolve([{ name: 'desk', platform } as AccountSummary]),
        account: () => Promise.resolve(account),
      };
      served = await serveApi(await place.reopen(), { desk: desk as unknown as Desk });
      const url = `${served.url}/webhooks/${platform}/desk`;
      // Bevatel signs nothing.
      const target =
        platform === 'bevatel' ? { url: `${url}?token=${SECRET}` } : { url, secret: SECRET };
      sandbox.setWebhooks({ [platform]: target });
      const connection = await connectTo(ledger, account);
      const scene = await answering({ sandbox, ledger, connection }, platform);
      const { campaign, addresses } = scene;
      const inboxId = REHEARSALS[platform].inbox;
      const [undecided, other, stopped] = addresses.slice(-3) as [string, string, string];
      const say = (address: string, text: string) =>
        sandbox.reply({ platform, address, text, inboxId });
      await runWhile(scene, async () => {
        say(stopped, 'Stop, please.');
        say(undecided, 'STOP');
        say(other, 'Please do not stop, I like it');
        const both = async () =>
          (await suppressedAmong(ledger, 'desk', [undecided, stopped])).size === 2;
        await until('it is in the ledger', both);
        // A second later by the platform's clock, which counts in seconds.
        await new Promise((go) => setTimeout(go, 1_000));
        say(undecided, 'Start');
      });
      const expected = addresses
        .filter((address) => address !== stopped)
        .map((address) => [address, 1]);
      // Whether the one who is undecided was in time is a matter of milliseconds.
      const got = [...sandbox.accepted()].filter(([address]) => address !== undecided);
      expect(got.toSorted()).toEqual(
        expected.filter(([address]) => address !== undecided).toSorted(),
      );
      const rows = await results(ledger, campaign.id, { limit: 100 });
      expect(rows.at(-1)).toMatchObject({
        address: stopped,
        state: 'skipped',
        reason: 'suppressed',
        attempts: 0,
      });
      await until(
        'START is in the ledger',
        async () => (await suppressedAmong(ledger, 'desk', [undecided])).size === 0,
      );
      await until('each message that went out is told of', async () => {
        const { events } = await readEvents(ledger, { after: null, limit: 1000 });
        return events.filter(({ type }) => type === 'opted_out').length === 2;
      });
      await expectTrueCounters(ledger, campaign.id);
      expect((await tally(ledger.db, campaign.id)).counts.double).toBe(0);
      await connection.close();
    },
  );

  it('what becomes of messages is told as well, and nothing is counted twice', async () => {
    const platform = 'chatwoot';
    const account = accountOf(sandbox, platform, SECRET);
    const desk = {
      accounts: () => Promise.resolve([{ name: 'desk', platform } as AccountSummary]),
      account: () => Promise.resolve(account),
    };
    served = await serveApi(ledger, { desk: desk as unknown as Desk });
    const url = `${served.url}/webhooks/${platform}/desk`;
    sandbox.setWebhooks({ [platform]: { url, secret: SECRET } });
    sandbox.setPeople({ deliveries: { afterMs: 5, failed: 0.2 } });
    const connection = await connectTo(ledger, account);
    const scene = await answering({ sandbox, ledger, connection }, platform);
    await runWhile(scene, () => undefined);
    const known = async () => {
      const { delivery } = await tally(ledger.db, scene.campaign.id);
      return delivery.delivered + delivery.delivery_failed;
    };
    await until('all are told of', async () => (await known()) === 40);
    const { counts, delivery } = await tally(ledger.db, scene.campaign.id);
    expect(counts).toMatchObject({ sent: 40, double: 0 });
    expect(delivery.delivery_failed).toBeGreaterThan(0);
    // Whichever came first, the answer or the webhook.
    const rows = await results(ledger, scene.campaign.id, { limit: 100 });
    expect(rows.every(({ message_id: id }) => id !== null)).toBe(true);
    await expectTrueCounters(ledger, scene.campaign.id);
    await connection.close();
  });
});
