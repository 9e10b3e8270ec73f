import { type Dialect, type Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, types } from 'pg';
import type { Schema } from './schema';

/** Where the tables are, unless the URL says `?schema=`: never among another program's. */
const SCHEMA = 'campaign_runner';
/** Connections of one process: the commits of its slices, its claims and its control go on beside each other. */
const CONNECTIONS = 10;
/** A process that freezes in the middle of a transaction holds its rows no longer than this. */
const FROZEN_MS = 5_000;
/** A server that is silent for so long is gone. */
const SILENT_MS = 120_000;
/** How long a statement waits for a row that another process has locked. */
const LOCK_TIMEOUT_MS = 15_000;

const INT8 = 20;
const NUMERIC = 1700;

/** Whether a ledger's name means a PostgreSQL database, and not a file. */
export function isPostgresUrl(where: string): boolean {
  return /^postgres(ql)?:\/\//i.test(where);
}

/** The database's address without user, password and options: fit for a screen and a log. */
export function describePostgres(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL ${hostname === '' ? 'localhost' : hostname}:${port === '' ? '5432' : port}${pathname}`;
}

export function schemaOf(url: string): string {
  return new URL(url).searchParams.get('schema') ?? SCHEMA;
}

/** Kysely over PostgreSQL. Numbers come back as numbers: times in milliseconds and counts fit a double. */
export function postgresDialect(url: string): Dialect {
  const target = new URL(url);
  const own = target.searchParams.get('options');
  target.searchParams.delete('options');
  target.searchParams.delete('schema');
  const pool = new Pool({
    connectionString: target.href,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    // A server whose machine is gone says nothing: the connection is given up long before TCP would.
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: SILENT_MS,
    application_name: 'campaign-runner',
    options: [
      ...(own === null ? [] : [own]),
      `-c search_path=${schemaOf(url)}`,
      // A commit is on the disk before the request that it allows is written, whatever the server's own default.
      '-c synchronous_commit=on',
      `-c idle_in_transaction_session_timeout=${FROZEN_MS}`,
      `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
    ].join(' '),
    types: { getTypeParser: parserOf },
  });
  // A connection that breaks, idle or between two statements, shows in the next statement; unheard it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}

type Parser = (text: string) => unknown;

/** Counts and times come as 64-bit integers; as numbers here, which hold them. */
function parserOf(oid: number, format?: 'text' | 'binary'): Parser {
  if (oid === INT8 || oid === NUMERIC) return Number;
  return types.getTypeParser(oid, format) as Parser;
}

/** What must hold of the server. Returns a sentence when it does not. */
export async function postgresFault(db: Kysely<Schema>): Promise<string | null> {
  const shown = await sql<{
    commit: string;
    version: string;
  }>`select current_setting('synchronous_commit') as commit, current_setting('server_version_num') as version`.execute(
    db,
  );
  const { commit = '', version = '0' } = shown.rows[0] ?? {};
  if (Number(version) < 130_000) return 'PostgreSQL 13 or newer is needed';
  if (commit === 'off') {
    return 'synchronous_commit is off, so a commit could be lost after the message that it allowed was sent';
  }
  return null;
}
