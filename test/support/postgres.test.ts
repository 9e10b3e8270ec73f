import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freshDatabase, type Postgres, startPostgres } from './postgres';

type Row = Record<string, unknown>;

async function ask(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf('missing' in inject('postgres'))("the tests' PostgreSQL server", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.close());

  it('is one for the whole run, recent and durable', async () => {
    const shared = inject('postgres') as { url: string };
    expect(shared.url).not.toBe(server.url);
    for (const { url } of [shared, server]) {
      const [{ server_version_num: version } = {}] = await ask(url, 'show server_version_num');
      expect(Number(version)).toBeGreaterThanOrEqual(150_000);
      expect(await ask(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    }
  });

  it.each(['fast', 'immediate'] as const)(
    'keeps what was committed through a restart that is %s',
    async (ending) => {
      const { url, drop } = await freshDatabase(server.url);
      await ask(url, 'create table notes (text text)');
      await ask(url, "insert into notes values ('kept')");
      const open = new Client({ connectionString: url });
      const broken = new Promise((resolve) => open.on('error', resolve));
      await open.connect();
      await open.query('begin');
      await open.query("insert into notes values ('never committed')");

      await server.restart(ending);

      await broken;
      expect(await ask(url, 'select text from notes')).toEqual([{ text: 'kept' }]);
      await drop();
    },
  );

  it('answers nobody between stop and start', async () => {
    await server.stop();
    await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(await ask(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('gives every caller an empty database, and drops it under an open connection', async () => {
    const [one, other] = await Promise.all([freshDatabase(server.url), freshDatabase(server.url)]);
    await ask(one.url, 'create table notes (text text)');
    const tables = "select table_name from information_schema.tables where table_schema = 'public'";
    expect(await ask(one.url, tables)).toEqual([{ table_name: 'notes' }]);
    expect(await ask(other.url, tables)).toEqual([]);

    const open = new Client({ connectionString: one.url });
    const broken = new Promise((resolve) => open.on('error', resolve));
    await open.connect();
    await one.drop();
    await other.drop();

    await broken;
    await expect(ask(one.url, 'select 1')).rejects.toThrow('does not exist');
    expect(
      await ask(server.url, "select datname from pg_database where datname like 'test_%'"),
    ).toEqual([]);
  });
});
