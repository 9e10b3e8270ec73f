import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { afterEach, expect, test } from 'vitest';
import { onTemporal, temporalAddress } from '../../../support/temporal';
import { until } from '../../cli/fixture';
import { openTemporalPlace, type TemporalPlace } from './place';

const DIST = `${__dirname}/../../../../worker/dist/worker`;
const CANARIES = ['Robin Canary', '2025550199', 'canary@example.com', 'canary-token'];
const ALL = CANARIES.join(' ');

/** A worker of this package whose campaigns cannot be opened: what it throws quotes a person, in every way that an error can. */
const FAILING = `
const { openLedger } = require(process.env.DIST + '/ledger');
const { runTemporalWorker } = require(process.env.DIST + '/engine/temporal/worker.js');
const { createWorkerLog } = require(process.env.DIST + '/cli/worker-log.js');
const { ProviderError } = require(process.env.DIST + '/../core/errors.js');
const { ApplicationFailure } = require('@temporalio/common');
const ALL = process.env.ALL;
const logs = ['text', 'json', 'ndjson'].map(createWorkerLog);
const all = (name) => (...said) => logs.forEach((log) => log[name](...said));
const errors = [
  () => Object.assign(new TypeError(ALL, { cause: new Error(ALL) }), { name: ALL, code: ALL, detail: ALL }),
  () => ALL,
  () => new ProviderError('rejected', ALL, { provider: 'chatwoot', detail: ALL, cause: new AggregateError([new Error(ALL)], ALL) }),
  () => ApplicationFailure.create({ message: ALL, type: ALL, details: [ALL], cause: new Error(ALL) }),
  () => ApplicationFailure.create({ message: ALL, type: 'THE_LAST', nonRetryable: true, details: [ALL], cause: new Error(ALL) }),
];
let at = 0;
openLedger(process.env.LEDGER).then((ledger) =>
  runTemporalWorker({
    ledger,
    taskQueue: process.env.QUEUE,
    stopping: () => false,
    open() { throw errors[Math.min(at++, errors.length - 1)](); },
    runtime: { level: 'INFO', log: all('sdk') },
    onEvent: all('event'),
    onError: all('error'),
  }),
);
`;

/** Everything in a history that can be read: payloads are base64 there. */
function legible(history: unknown): string {
  return JSON.stringify(history, (_, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
    const isBytes = typeof value === 'string' && BASE64.test(value);
    return isBytes ? `${value} ${Buffer.from(value, 'base64').toString('utf8')}` : value;
  });
}
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const among = (text: string, words: readonly string[]): string[] =>
  words.filter((word) => text.includes(word));

onTemporal('what people are called, and what is secret', () => {
  let place: TemporalPlace;
  afterEach(() => place.close());

  test('is in no history and no log, however an activity fails', async () => {
    const address = temporalAddress();
    place = await openTemporalPlace(address, {
      env: {
        TEMPORAL_ADDRESS: address,
        TEMPORAL_TLS: 'false',
        TEMPORAL_API_KEY: 'canary-token',
        NODE_PATH: `${__dirname}/../../../../node_modules`,
        DIST,
        ALL,
      },
    });
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    place.write('failing.cjs', FAILING);
    const failing = place.node('failing.cjs', {
      QUEUE: place.queue,
      LEDGER: `${place.folder}/.campaign/ledger.db`,
    });
    await until('it fails for good', () => failing.text().includes('THE_LAST'), 60_000);
    const handle = await place.handle();
    await expect(handle.result()).rejects.toThrow();
    const history = await handle.fetchHistory();
    const text =
      legible(history) + legible(historyToJSON(history)) + legible(await handle.describe());
    // It is the right one, and what it says is codes.
    expect(text).toContain('THE_LAST');
    expect(failing.text()).toContain('INTERNAL');
    expect(among(text, CANARIES)).toEqual([]);
    expect(among(failing.text(), CANARIES)).toEqual([]);
    // Nor where anything lies on the machine that ran or built it.
    expect(among(text, [place.folder, process.cwd(), 'node_modules'])).toEqual([]);
  }, 120_000);

  test('is not in the history of a campaign that nothing is wrong with, and that is controlled from Temporal', async () => {
    place = await openTemporalPlace(temporalAddress(), {
      campaign: {
        throttle: '{ perSecond: 15 }',
        message: '{ text: "Hi {{ name }}, a canary for you" }',
      },
      sandbox: {
        seed: 4,
        faults: [{ match: { delivers: true, every: 9 }, fault: 'drop_after_commit' }],
      },
    });
    const worker = place.worker();
    expect((await place.campaign('start', 'spring.campaign.yaml')).exit).toBe(0);
    await until('some are sent', () => place.sandbox.summary().accepted > 10, 30_000);
    const handle = await place.handle();
    await handle.executeUpdate('control', { args: [{ action: 'pause' }] });
    await handle.executeUpdate('control', { args: [{ action: 'resume' }] });
    // What is said to the update beside the action never gets in.
    const talkative = handle.executeUpdate('control', { args: [{ action: 'pause', why: ALL }] });
    await expect(talkative).rejects.toThrow();
    await handle.cancel();
    expect(await handle.result()).toBe('cancelled');
    await expect(
      handle.executeUpdate('control', { args: [{ action: 'pause' }] }),
    ).rejects.toThrow();
    const text = legible(await handle.fetchHistory()) + legible(await handle.describe());
    const personal = [...CANARIES, 'canary', 'Person1', '55501', 'sandbox-token', process.cwd()];
    expect(among(text, ['action\\":\\"pause'])).toHaveLength(1);
    expect(among(text, [...personal, place.folder])).toEqual([]);
    expect(among(worker.text(), personal)).toEqual([]);
  }, 120_000);
});
