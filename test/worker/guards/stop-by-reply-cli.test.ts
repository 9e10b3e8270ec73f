import { afterEach, expect, it } from 'vitest';
import {
  campaignYaml,
  fictional,
  lastJson,
  listOf,
  openPlace,
  type Place,
  UNLIMITED,
} from '../cli/fixture';

let place: Place;
afterEach(() => place.close());

it('whoever said STOP before a campaign is run is not written to, with a terminal and nothing else', async () => {
  place = await openPlace({ account: UNLIMITED });
  place.write('list.csv', listOf(12));
  place.write('spring.campaign.yaml', campaignYaml());
  place.write('summer.campaign.yaml', campaignYaml({ name: 'summer' }));
  expect((await place.campaign('run', 'spring.campaign.yaml', '--json')).exit).toBe(0);
  const say = (n: number, text: string) =>
    place.sandbox.reply({ platform: 'chatwoot', address: fictional(n), text });
  say(3, 'Stop!');
  say(4, 'Please do not stop');
  place.sandbox.deliver({ platform: 'chatwoot', kind: 'read', address: fictional(5) });
  // As if the last look were half a minute ago.
  await new Promise((go) => setTimeout(go, 1_000));
  const again = await place.campaign('run', 'summer.campaign.yaml', '--json');
  expect(again.exit).toBe(0);
  expect(lastJson(again).counts).toMatchObject({ sent: 11, skipped: 1 });
  expect(place.sandbox.accepted().get(fictional(3))).toBe(1);
  expect(place.sandbox.accepted().get(fictional(4))).toBe(2);
  const status = JSON.parse((await place.campaign('status', 'spring', '--json')).out) as {
    delivery: Record<string, number>;
  };
  expect(status.delivery).toEqual({ delivered: 0, read: 1, delivery_failed: 0, replied: 2 });
  const words = (await place.campaign('status', 'spring')).out;
  expect(words).toContain('read 1');
  expect(words).toContain('replied 2');
}, 60_000);
