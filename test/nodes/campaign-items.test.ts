import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestLedger, testLedger } from '../support/ledger';
import { losingProxy } from '../support/losing-proxy';
import { overFetch } from '../support/n8n-fetch';
import { type ApiPlace, openApi, untilState } from '../worker/api/campaign-fixture';
import { BY_MAIL, failing, listedIn, people, runCampaign } from './campaign-fixture';

/** Items that become recipients of a campaign, by the runner's real API. */

let opened: TestLedger;
let api: ApiPlace;
beforeEach(async () => {
  opened = await testLedger();
  api = await openApi(opened);
});
afterEach(async () => {
  await api.close();
  await opened.close();
});

const CREATE = { ...BY_MAIL, operation: 'create' };
const KEPT_OPEN = { ...CREATE, options: { keepOpen: true, maxRetries: 0 } };

it('12,000 items arrive once each and in order, and the same again changes nothing', async () => {
  const items = people(12_000);
  const { out, fake } = await runCampaign(api, CREATE, { items });
  expect(out).toHaveLength(1);
  expect(out[0]?.json).toMatchObject({
    ...{ name: 'spring', state: 'ready', sealed: true, imported: 12_000 },
    recipients: { given: 12_000, accepted: 12_000, replayed: 0, skipped: [] },
  });
  expect(out[0]?.pairedItem).toEqual([{ item: 0 }]);
  expect(await listedIn(api)).toEqual(items.map(({ email }) => email));
  // The campaign, six parts, the seal.
  expect(fake.requests).toHaveLength(8);

  const again = await runCampaign(api, CREATE, { items });
  expect(again.out[0]?.json).toMatchObject({
    ...{ imported: 12_000, state: 'ready' },
    recipients: { given: 12_000, accepted: 12_000, replayed: 12_000 },
  });
  expect(await api.status('spring')).toMatchObject({ imported: 12_000 });
}, 60_000);

describe('other items under the same name', () => {
  const items = people(2_500);
  const others: readonly (readonly [string, IDataObject[]])[] = [
    ['one letter more in the last', [...items.slice(0, -1), { ...items.at(-1), name: 'X' }]],
    ['fewer, as many as one part has', items.slice(0, 2_000)],
    ['one fewer', items.slice(0, -1)],
    ['one more', [...items, ...people(1, 5_000)]],
    ['another order', items.toReversed()],
  ];
  const refused = async (other: IDataObject[], parameters: INodeParameters) => {
    const error = await failing(runCampaign(api, parameters, { items: other }));
    expect(error.message).toBe("The campaign 'spring' does not take these recipients");
    expect(error.description).toMatch(/^Nobody was added\. .*give other recipients another 'Name'/);
    expect(error.description).not.toMatch(/\bkey\b/);
    expect(await api.status('spring')).toMatchObject({ imported: 2_500 });
  };

  it.each(others)('are refused before anybody is added: %s', async (_, other) => {
    await runCampaign(api, CREATE, { items });
    await refused(other, CREATE);
  });

  it.each(others)('also while the campaign is open: %s', async (_, other) => {
    await runCampaign(api, KEPT_OPEN, { items });
    await refused(other, KEPT_OPEN);
  });

  it('with other fields are refused by the runner before that', async () => {
    await runCampaign(api, CREATE, { items: people(2) });
    const other = people(2).map((item) => ({ ...item, city: 'Reno' }));
    const error = await failing(runCampaign(api, CREATE, { items: other }));
    expect(error.message).toContain('its fields differ: choose another name');
  });

  it('and another text for the same items are refused as well', async () => {
    await runCampaign(api, CREATE, { items: people(2) });
    const other = runCampaign(api, { ...CREATE, text: 'Bye {{ name }}' }, { items: people(2) });
    expect((await failing(other)).message).toMatch(/the message differs: choose another name/);
  });
});

it('nobody is added or written to twice by running it again while it is sent, and after it', async () => {
  const items = people(300);
  const both = { ...BY_MAIL, name: 'twice' };
  api.work();
  await runCampaign(api, both, { items });
  const during = await runCampaign(api, both, { items });
  expect(during.out[0]?.json).toMatchObject({ imported: 300, recipients: { replayed: 300 } });
  const done = await untilState(api, 'twice', 'finished');
  expect(done.counts).toMatchObject({ sent: 300, total: 300, double: 0 });
  const after = await runCampaign(api, both, { items });
  expect(after.out[0]?.json).toMatchObject({ state: 'finished', recipients: { replayed: 300 } });
  const more = runCampaign(api, both, { items: people(301) });
  expect((await failing(more)).description).toMatch(/^Nobody was added/);
  expect(await api.status('twice')).toMatchObject({ imported: 300, state: 'finished' });
  expect(api.sandbox.summary()).toMatchObject({ accepted: 300, doubles: 0 });
}, 60_000);

it('a campaign that somebody paused or cancelled is not started again by it', async () => {
  const both = { ...BY_MAIL, campaignOptions: { expiresAfter: '2d' } };
  await runCampaign(api, both, { items: people(3) });
  await api.ask('/campaigns/spring/pause', { method: 'POST' });
  const paused = await runCampaign(api, both, { items: people(3) });
  expect(paused.out[0]?.json).toMatchObject({ state: 'paused', pausedBy: 'operator' });
  expect(paused.fake.hints[0]?.message).toMatch(/'spring' is paused, and stays so.*Resume/);
  await api.ask('/campaigns/spring/cancel', { method: 'POST' });
  const cancelled = await runCampaign(api, both, { items: people(3) });
  expect(cancelled.out[0]?.json).toMatchObject({ state: 'cancelled' });
  expect(cancelled.fake.hints.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^The campaign 'spring' is cancelled: it writes to nobody any more/),
  ]);
});

it('one that was only created is started by Create and Start', async () => {
  await runCampaign(api, CREATE, { items: people(3) });
  expect(await api.status('spring')).toMatchObject({ state: 'ready' });
  const started = await runCampaign(api, BY_MAIL, { items: people(3) });
  expect(started.out[0]?.json).toMatchObject({ state: 'running', recipients: { replayed: 3 } });
});

describe('Create sends nothing, and Create and Start does', () => {
  it('whatever a Create and Start before it had asked for when it broke off', async () => {
    const items = people(5_000);
    const proxy = await losingProxy(api.url);
    try {
      proxy.loseAnswer(/\/recipients$/, 2);
      await failing(runCampaign(proxy, BY_MAIL, { items }));
      expect(await api.status('spring')).toMatchObject({ state: 'importing' });
    } finally {
      await proxy.close();
    }
    api.work();
    const { out } = await runCampaign(api, CREATE, { items });
    expect(out[0]?.json).toMatchObject({ state: 'ready', sealed: true, imported: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(api.sandbox.summary()).toMatchObject({ accepted: 0 });
  }, 60_000);

  it('also where that broke off before the list of a file had come', async () => {
    api.work();
    const data = { data: '', mimeType: 'text/csv' };
    const listed = (csv: string) => ({ binary: { data: { data, bytes: Buffer.from(csv) } } });
    const fromFile = { ...BY_MAIL, audience: 'file' };
    await failing(runCampaign(api, fromFile, listed('nothing\n1\n')));
    expect(await api.status('spring')).toMatchObject({ state: 'importing' });
    const good = listed('email,name\nperson1@example.org,Ada\n');
    const { out } = await runCampaign(api, { ...fromFile, operation: 'create' }, good);
    expect(out[0]?.json).toMatchObject({ state: 'ready', sealed: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(api.sandbox.summary()).toMatchObject({ accepted: 0 });
  });

  it('one that was created and kept open starts with the last, once Create and Start was asked for', async () => {
    await runCampaign(api, KEPT_OPEN, { items: people(3) });
    await runCampaign(api, { ...KEPT_OPEN, operation: 'createAndStart' }, { items: people(3) });
    const complete = { operation: 'complete', campaign: { mode: 'name', value: 'spring' } };
    const { out } = await runCampaign(api, complete);
    expect(out[0]?.json).toMatchObject({ sealed: true, state: 'running' });
  });

  it('but not one that somebody pauses at the last moment', async () => {
    await runCampaign(api, CREATE, { items: people(3) });
    const { http } = overFetch(api.url);
    const { out } = await runCampaign(api, BY_MAIL, {
      items: people(3),
      async http(request) {
        if (request.url.endsWith('/start')) {
          await api.ask('/campaigns/spring/pause', { method: 'POST' });
        }
        return (await http?.(request)) ?? { statusCode: 500, body: '' };
      },
    });
    expect(out[0]?.json).toMatchObject({ state: 'paused', recipients: { replayed: 3 } });
    expect(await api.status('spring')).toMatchObject({ state: 'paused' });
  });
});

it('a list that is not read yet is counted by nobody, and that is said', async () => {
  const data = { data: '', mimeType: 'text/csv' };
  const bytes = Buffer.from('email,name\nperson1@example.org,Ada\n');
  const { out, fake } = await runCampaign(
    api,
    { ...CREATE, audience: 'file', options: { waitSeconds: 0 } },
    { binary: { data: { data, bytes } } },
  );
  expect(out[0]?.json).toMatchObject({
    ...{ state: 'importing', sealed: false },
    recipients: { given: null, accepted: 0, skipped: [] },
  });
  expect(fake.hints.map(({ message }) => message)).toEqual([
    expect.stringMatching(/still reading the list of 'spring'.*Get Status/),
  ]);
});

it('goes on where it was after a lost answer, and is not begun with another list meanwhile', async () => {
  const items = people(5_000);
  const proxy = await losingProxy(api.url);
  try {
    proxy.loseAnswer(/\/recipients$/, 2);
    const error = await failing(runCampaign(proxy, BY_MAIL, { items }));
    expect(proxy.lost()).toBe(1);
    expect(error.message).toMatch(/^No answer came from the runner/);
    expect(error.description).toMatch(
      /2000 of 5000 recipients were added.*Nothing is sent before all are in/s,
    );
    // The part whose answer was lost is in as well.
    expect(await api.status('spring')).toMatchObject({ imported: 4_000, state: 'importing' });
    const other = runCampaign(proxy, BY_MAIL, { items: people(4_999) });
    expect((await failing(other)).description).toMatch(/^Nobody was added/);
    const { out } = await runCampaign(proxy, BY_MAIL, { items });
    expect(out[0]?.json).toMatchObject({
      ...{ state: 'running', imported: 5_000 },
      recipients: { given: 5_000, accepted: 5_000, replayed: 4_000 },
    });
    expect(await listedIn(api)).toEqual(items.map(({ email }) => email));
  } finally {
    await proxy.close();
  }
}, 60_000);

it('repeats a request by itself when its answer was lost', async () => {
  const proxy = await losingProxy(api.url);
  try {
    proxy.loseAnswer(/\/recipients$/, 2);
    const { out } = await runCampaign(
      proxy,
      { ...CREATE, options: { maxRetries: 2 } },
      { items: people(5_000) },
    );
    expect(proxy.lost()).toBe(1);
    expect(out[0]?.json).toMatchObject({ imported: 5_000, recipients: { accepted: 5_000 } });
  } finally {
    await proxy.close();
  }
}, 60_000);

it('lists who is skipped and why, by the numbers of the items', async () => {
  const items: IDataObject[] = people(2_100);
  items[1] = { email: 'nobody', name: 'A' };
  items[2_050] = { email: 'person7@example.org', name: 'B' };
  items[2_060] = { note: 'none of the fields' };
  items[2_070] = {};
  const { out, fake } = await runCampaign(api, CREATE, { items });
  expect(fake.hints.map(({ message }) => message)).toEqual([
    "Skipped in 'spring': no_address 2 (items 2061, 2071), invalid_address 1 (item 2), duplicate 1 (item 2051).",
  ]);
  expect(out[0]?.json['recipients']).toEqual({
    ...{ given: 2_100, accepted: 2_096, replayed: 0 },
    skipped: [
      { reason: 'no_address', count: 2, rows: [2_061, 2_071] },
      { reason: 'invalid_address', count: 1, rows: [2] },
      { reason: 'duplicate', count: 1, rows: [2_051] },
    ],
  });
});

it('a list without a column of addresses is told by what the editor calls it', async () => {
  for (const [items, words] of [
    [[{ mail: 'x', city: 'Reno' }], /Name it under 'Columns' in the Campaign Options/],
    [
      [{ phone: '+12025550110', mobile: '+12025550111' }],
      /Choose one under 'Columns' in the Campaign Options, with the variable phone/,
    ],
  ] as const) {
    const error = await failing(runCampaign(api, { operation: 'create' }, { items }));
    expect(`${error.message}\n${error.description}`).toMatch(words);
    expect(`${error.message}\n${error.description}`).not.toMatch(/campaign file|audience\./);
  }
});

it('what is wrong in a field is told by what the editor calls it', async () => {
  const said = async (parameters: INodeParameters) => {
    const error = await failing(
      runCampaign(api, { ...CREATE, ...parameters }, { items: people(1) }),
    );
    return `${error.message}\n${error.description}`;
  };
  expect(await said({ name: 'no name!' })).toMatch(/^Name:? /);
  expect(await said({ text: 'Hi {{ nmae }}' })).toMatch(/\bText, line 1: \{\{ nmae \}\} is not/);
  const quietHours = { values: { from: '25:00', to: '09:00', zone: 'Europe/Paris' } };
  expect(await said({ campaignOptions: { quietHours } })).toMatch(/Quiet Hours > From/);
});

it('says who was skipped when there is nobody to write to', async () => {
  const items = [{ email: 'nobody', name: 'A' }, { name: 'B' }];
  const error = await failing(runCampaign(api, BY_MAIL, { items }));
  expect(error.message).toMatch(/Nobody of the 2 rows can be written to/);
  expect(error.description).toMatch(
    /^Skipped: invalid_address 1 \(item 1\), no_address 1 \(item 2\)/,
  );
});

describe('Add Recipients', () => {
  const ADD = { operation: 'addRecipients', campaign: { mode: 'list', value: 'spring' } };

  it('adds to a campaign that was kept open, each list once, and starts it with the last', async () => {
    api.work();
    const open = { ...BY_MAIL, options: { keepOpen: true } };
    const { out } = await runCampaign(api, open, { items: people(10) });
    expect(out[0]?.json).toMatchObject({ state: 'importing', sealed: false, imported: 10 });
    const second = { items: people(2_010, 8) };
    const added = await runCampaign(api, ADD, second);
    expect(added.out).toHaveLength(1);
    expect(added.out[0]?.json).toMatchObject({
      ...{ state: 'importing', imported: 2_020 },
      recipients: {
        ...{ given: 2_010, accepted: 2_008, replayed: 0 },
        skipped: [{ reason: 'duplicate', count: 2, rows: [1, 2] }],
      },
    });
    const again = await runCampaign(api, ADD, second);
    expect(again.out[0]?.json).toMatchObject({
      ...{ imported: 2_020, recipients: { given: 2_010, replayed: 2_010 } },
    });
    const last = await runCampaign(api, { ...ADD, complete: true }, { items: people(1, 9_000) });
    expect(last.out[0]?.json).toMatchObject({ state: 'running', sealed: true, imported: 2_021 });
    const late = failing(runCampaign(api, ADD, { items: people(1, 9_001) }));
    expect((await late).message).toBe("The campaign 'spring' does not take these recipients");
    const same = await runCampaign(api, { ...ADD, complete: true }, { items: people(1, 9_000) });
    expect(same.out[0]?.json).toMatchObject({ imported: 2_021, recipients: { replayed: 1 } });
  }, 60_000);

  it('takes nobody when a field of any item is not one of the campaign', async () => {
    await runCampaign(api, KEPT_OPEN, { items: people(3) });
    const items: IDataObject[] = people(4_100, 10);
    items[4_099] = { ...items[4_099], nmae: 'typo' };
    const error = await failing(runCampaign(api, ADD, { items }));
    expect(error.message).toMatch(/^"nmae" is not among the fields of the .*Did you mean "name"/);
    expect(error.description).toMatch(/the option 'Fields' says which/);
    expect(await api.status('spring')).toMatchObject({ imported: 3 });
    const fields = { ...ADD, options: { fields: 'email, name' } };
    const { out } = await runCampaign(api, fields, { items });
    expect(out[0]?.json).toMatchObject({ imported: 4_103 });
  });

  it('is refused where there is no such campaign, or one with a list from a file', async () => {
    const none = await failing(runCampaign(api, ADD, { items: people(1) }));
    expect(none).toMatchObject({ httpCode: '404' });
    await api.ask('/campaigns', {
      json: {
        ...{ name: 'spring', account: 'support', inbox: '6', consent: { method: 'form' } },
        message: { text: 'Hi' },
      },
    });
    const listed = await failing(runCampaign(api, ADD, { items: people(1) }));
    expect(listed.description).toMatch(/takes its people from one list/);
  });
});
