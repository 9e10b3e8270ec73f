/** What PostgreSQL says, and what the system says, when the database is away and will be back. */
const AWAY_CODES = new Set([
  // Shut down, crashed, starting up, too many connections, and the server's end of a transaction that was left open.
  ...['57P01', '57P02', '57P03', '53300', '25P03'],
  // Given up for another transaction's sake, cancelled, out of something, or a standby since a failover.
  ...['40P01', '40001', '55P03', '57014', '53000', '53100', '53200', '25006'],
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EAI_AGAIN',
    'ENOTFOUND',
  ],
]);
const AWAY_WORDS =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i;

/**
 * Whether an error says that the ledger cannot be reached now: then nothing is wrong with what was asked, and it can be
 * asked again. What a commit did whose answer was lost is not known.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && (AWAY_CODES.has(code) || /^08/.test(code))) ||
    AWAY_WORDS.test(error.message)
  );
}

const SQLITE_BUSY = 5;

/** Whether another process has kept the ledger's file locked for longer than a statement waits: some fifteen seconds. */
export function isLocked(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown };
  // The low byte is the primary code: https://www.sqlite.org/rescode.html
  return typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY;
}
