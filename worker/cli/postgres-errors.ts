import type { Failure } from './errors';
import { EXIT } from './exit-codes';

const AGAIN = 'Nothing is lost: give the same command again when it is there.';

/** What the server, or the way to it, says by a code. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: `No PostgreSQL server answers at that address (connection refused). Is it running, and is the port right? ${AGAIN}`,
  ENOTFOUND: 'There is no host of that name. Look at the address of the ledger.',
  EAI_AGAIN: `The name of the host could not be looked up now. ${AGAIN}`,
  ETIMEDOUT: `The server does not answer. Is the address right, and may this machine reach it? ${AGAIN}`,
  EHOSTUNREACH: `The server cannot be reached from here. ${AGAIN}`,
  ECONNRESET: `The connection to the server broke. ${AGAIN}`,
  EPIPE: `The connection to the server broke. ${AGAIN}`,
  '28P01': 'The server does not accept the password. Look at user and password in the URL.',
  '28000':
    'The server does not let this user in from here. Look at the user in the URL, and at the rules of the server.',
  '3D000':
    'There is no database of that name on the server. Create it, or look at the end of the URL.',
  '42501':
    'The user may not do this in the database. It needs the right to create a schema there, or to use the one that is there.',
  '53100':
    'The disk of the server is full. Nothing is lost, and nothing is sent that cannot be written down. Make room, then give the same command again.',
  '53300': `The server has no connection left. ${AGAIN}`,
  '57P01': `The server is shutting down. ${AGAIN}`,
  '57P02': `The server has crashed. ${AGAIN}`,
  '57P03': `The server is starting or shutting down. ${AGAIN}`,
  '25006': 'The server only lets read: it may be a standby. Name the one that can be written.',
  '55P03':
    'Another process keeps the ledger busy. Nothing is lost: give the same command again in a while.',
};

/** The driver says some things in words only. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, WORDS['ETIMEDOUT'] ?? ''],
  [/Connection (terminated|ended)/i, WORDS['ECONNRESET'] ?? ''],
  [
    /does not support SSL|SSL/,
    'The server and this URL do not agree about TLS. Look at sslmode in the URL.',
  ],
  [
    /SASL|client password must be a string/,
    'The server asks for a password, and the URL has none.',
  ],
];

/** What a PostgreSQL ledger refuses, in words; undefined when it is about something else. */
export function ofPostgres(error: Error): Failure | undefined {
  const { code } = error as Error & { code?: string };
  const message =
    (code === undefined ? undefined : WORDS[code]) ??
    SAID.find(([pattern]) => code === undefined && pattern.test(error.message))?.[1];
  return message === undefined ? undefined : { exit: EXIT.ledger, code: 'ledger', message };
}
