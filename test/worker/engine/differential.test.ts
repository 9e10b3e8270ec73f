import { afterEach, expect, inject, test } from 'vitest';
import type { ResultRow } from '../../../worker/ledger';
import type { FaultRule } from '../../../worker/sandbox';
import { freshDatabase } from '../../support/postgres';
import { onTemporal, temporalAddress, uniqueQueue } from '../../support/temporal';
import { campaignYaml, fictional, openPlace, type Place } from '../cli/fixture';

const SEED = 2026;
const ROWS = 240;

/** Lost answers, refusals to take it now and a platform that is down: each is settled or repeated, so none of them may show at the end. */
const FAULTS: readonly FaultRule[] = [
  { match: { delivers: true, probability: 0.05 }, fault: 'drop_after_commit' },
  { match: { delivers: true, probability: 0.05 }, fault: 'error_after_commit' },
  { match: { delivers: true, probability: 0.03 }, fault: 'drop_before_commit' },
  { match: { delivers: true, every: 90 }, fault: 'rate_limited', options: { retryAfter: 1 } },
  { match: { path: '/contacts$', probability: 0.02 }, fault: 'error_before_commit' },
];

/** Everything that a list can have, every few rows. */
function list(): string {
  const lines = Array.from({ length: ROWS }, (_, n) => {
    const number = n % 37 === 5 ? fictional(n - 1) : n % 41 === 7 ? '12 34' : fictional(n);
    const agreed = n % 29 === 3 ? 'no' : 'yes';
    const order = n % 31 === 11 ? '' : `R${n}`;
    return `${number},${order},${agreed}`;
  });
  return `phone,order,agreed\n${lines.join('\n')}\n`;
}
const BLOCKED = [20, 120, 220].map(fictional);
const SUPPRESSED = [30, 130, 230].map(fictional);

interface End {
  /** Of every row: what it is, and why. */
  readonly rows: readonly Pick<ResultRow, 'row' | 'address' | 'state' | 'reason'>[];
  readonly counts: object;
  /** What every person got. */
  readonly got: readonly (readonly [recipient: string, text: string | null])[];
}

const places: Place[] = [];
const drops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const place of places.splice(0)) await place.close();
  for (const drop of drops.splice(0)) await drop();
});

/** The same list and seed, on a platform of its own, by this engine. */
async function endOf(
  engine: 'embedded' | 'temporal',
  ledger?: string,
  orchestrate = 'slice',
): Promise<End> {
  const env = {
    ...(engine === 'temporal' ? { TEMPORAL_ADDRESS: temporalAddress() } : {}),
    ...(ledger === undefined ? {} : { CAMPAIGN_LEDGER: ledger }),
  };
  const place = await openPlace({
    sandbox: { seed: SEED, latencyMs: 5, faults: FAULTS },
    account:
      'limits: { contact: none, conversation: none, message: none, lookup: none }\nsettleDelay: 1s',
    env,
  });
  places.push(place);
  place.write('list.csv', list());
  place.write(
    'spring.campaign.yaml',
    campaignYaml({
      engine,
      orchestrate,
      consent: '{ method: form, column: agreed }',
      message: '{ text: "Your order {{ order }} is ready." }',
    }),
  );
  for (const phone of BLOCKED) {
    place.sandbox.chatwoot.seed.contact({ phone_number: phone, blocked: true });
  }
  await place.campaign('suppress', 'add', ...SUPPRESSED);
  if (engine === 'temporal') {
    place.start('worker', '--engine', 'temporal', '--task-queue', uniqueQueue());
  }
  const run = await place.campaign('run', 'spring.campaign.yaml', '--json');
  expect(run.exit, run.err).toBe(0);
  const results = await place.campaign('results', 'spring', '--json');
  const last = run.out.trimEnd().split('\n').at(-1) ?? '';
  return {
    rows: results.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow)
      .map(({ row, address, state, reason }) => ({ row, address, state, reason })),
    counts: (JSON.parse(last) as { counts: object }).counts,
    got: place.sandbox
      .messages()
      .filter(({ delivered }) => delivered)
      .map(({ recipient, content }) => [recipient, content] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

onTemporal('one seed on both engines', () => {
  test('ends in the same ledger, and everybody has got the same', async () => {
    const embedded = await endOf('embedded');
    // A list that says nothing about anything would be the same everywhere.
    expect(new Set(embedded.rows.map(({ state, reason }) => reason ?? state)).size).toBeGreaterThan(
      5,
    );
    expect(embedded.got.length).toBeGreaterThan(ROWS / 2);
    expect(await endOf('temporal')).toEqual(embedded);
    const postgres = inject('postgres');
    if ('missing' in postgres) return;
    const database = await freshDatabase(postgres.url);
    drops.push(database.drop);
    expect(await endOf('temporal', database.url)).toEqual(embedded);
    expect(await endOf('temporal', undefined, 'message')).toEqual(embedded);
  }, 240_000);
});
