import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { freshDatabase, type Postgres, startPostgres } from '../../support/postgres';
import { openPlace, type Place, until } from './fixture';

describe.skipIf('missing' in inject('postgres'))('a worker that starts before its database', () => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.close());
  afterEach(() => place.close());

  test('waits for it, says so once, and goes on', async () => {
    const database = await freshDatabase(postgres.url);
    place = await openPlace();
    await postgres.stop();
    const worker = place.start('worker', '--ledger', database.url);
    await until('it says so', () => worker.text().includes('Waiting for it.'));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(worker.child.exitCode).toBeNull();
    await postgres.start();
    await until('it waits for work', () => worker.text().includes('Waiting for work in'));
    expect(worker.text().match(/cannot be reached/g)).toHaveLength(1);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).exit).toBe(0);
    // Any other command says what is wrong, and ends.
    await postgres.stop();
    const listed = await place.campaign('list', '--ledger', database.url);
    expect(listed).toMatchObject({ exit: 6 });
    await postgres.start();
  });
});
