import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, inject, it } from 'vitest';
import { needCampaign } from '../../../worker/ledger';
import { databaseFingerprint } from '../../../worker/ledger/fingerprint';
import { postgresTestLedger, running } from '../../support/ledger';

const server = inject('postgres');

describe.skipIf(!('url' in server))('a database that was restored', () => {
  const url = 'url' in server ? server.url : '';

  it('is told by its table, as a dump that is read back makes another', async () => {
    const it_ = await postgresTestLedger(url);
    await running(it_.ledger, 'a', 3);
    for (const text of [
      'create table read_back (like campaigns including all)',
      'insert into read_back select * from campaigns',
      'drop table campaigns cascade',
      'alter table read_back rename to campaigns',
    ]) {
      await sql.raw(text).execute(it_.ledger.db);
    }
    expect((await it_.reopen()).restored).toContain('restored from a copy');
    expect((await needCampaign(it_.ledger.db, 'a')).state).toBe('paused');
    expect((await it_.reopen()).restored).toBeNull();
    await it_.close();
  });

  it('names server, timeline, database and table', async () => {
    const it_ = await postgresTestLedger(url);
    const fingerprint = await databaseFingerprint(it_.ledger.db);
    expect(Object.keys(fingerprint).sort()).toEqual(['database', 'system', 'table', 'timeline']);
    expect(fingerprint['timeline']).toMatch(/^[0-9A-F]{8}$/);
    await it_.close();
  });

  it('goes on with what a service allows, and takes what it refuses for nothing', async () => {
    const it_ = await postgresTestLedger(url);
    const own = `refuses_${randomBytes(4).toString('hex')}`;
    const schema = new URL(it_.where).searchParams.get('schema') ?? '';
    const refused = ['pg_control_system()', 'pg_control_checkpoint()', 'pg_current_wal_lsn()'];
    try {
      const fingerprint = await it_.ledger.db.connection().execute(async (db) => {
        // As on a managed service, for this session: functions of the same names that refuse.
        await sql.raw(`create schema ${own}`).execute(db);
        for (const name of refused) {
          await sql
            .raw(
              `create function ${own}.${name} returns table (system_identifier bigint, timeline_id int) language plpgsql as $$ begin raise insufficient_privilege; end $$`,
            )
            .execute(db);
        }
        await sql.raw(`set search_path = ${own}, pg_catalog, ${schema}`).execute(db);
        const found = await databaseFingerprint(db);
        await sql.raw(`set search_path = ${schema}`).execute(db);
        return found;
      });
      expect(Object.keys(fingerprint).sort()).toEqual(['database', 'table']);
    } finally {
      await sql.raw(`drop schema ${own} cascade`).execute(it_.ledger.db);
      await it_.close();
    }
  });
});
