import { isProviderError, type ProviderError } from '../../core/errors';
import { isInputError } from '../campaign/input-error';
import { placeOf } from '../campaign/place-of';
import { EXIT, type ExitCode } from './exit-codes';
import { ofPostgres } from './postgres-errors';

/** How a command ends when it cannot do what was asked: sentences for a person, and nothing personal in them. */
export interface Failure {
  readonly exit: ExitCode;
  readonly code: string;
  readonly message: string;
}

/** The one place where whatever was thrown becomes words and an exit code. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return defect('unknown error');
  if (isInputError(error)) {
    return { exit: EXIT.input, code: 'invalid_input', message: error.message };
  }
  if (isProviderError(error)) return ofProvider(error);
  if (error.name === 'AlreadyDriven') {
    return {
      exit: EXIT.ledger,
      code: 'already_running',
      message:
        `This campaign is being run by ${(error as Error & { holder: string }).holder} already. Nothing was changed. ` +
        'Watch it with: campaign status --watch',
    };
  }
  const known = ofDisk(error) ?? ofPostgres(error);
  if (known !== undefined) return known;
  if (error.name === 'LedgerError') {
    const disk = error.cause instanceof Error ? ofDisk(error.cause) : undefined;
    if (disk !== undefined)
      return { ...disk, message: `${sentence(error.message)} ${disk.message}` };
    const server = error.cause instanceof Error ? ofPostgres(error.cause) : undefined;
    if (server !== undefined)
      return { ...server, message: `${openingOf(error.message)} ${server.message}` };
    return { exit: EXIT.ledger, code: 'ledger', message: sentence(error.message) };
  }
  return defect(placeOf(error));
}

function ofProvider(error: ProviderError): Failure {
  const { code } = error;
  // The platform's own words may name a person; the reasons for an account are its own, and needed.
  const said =
    code === 'auth_failed' && error.detail !== undefined ? ` It says: ${error.detail}.` : '';
  const message = sentence(error.message);
  switch (code) {
    case 'auth_failed':
      return {
        exit: EXIT.account,
        code,
        message: `The platform does not accept the account's credentials${statusOf(error)}.${said} Nothing was sent. Check url, account id and token in the accounts file, then: campaign accounts test`,
      };
    case 'invalid_input':
    case 'not_found':
    case 'rejected':
      return { exit: EXIT.input, code, message };
    case 'rate_limited':
    case 'unavailable':
    case 'outcome_unknown':
      return {
        exit: EXIT.halted,
        code,
        message: `The platform cannot be reached or answers with errors now. ${message} Try again in a while; nothing is lost.`,
      };
    case 'unexpected_response':
      return {
        exit: EXIT.halted,
        code,
        message: `${message} Is the url in the accounts file the right one? See: campaign accounts test`,
      };
  }
}

/** SQLite's result codes, and the system's, that are about the disk and not about us. */
function ofDisk(error: Error): Failure | undefined {
  const { code, errcode } = error as Error & { code?: string; errcode?: number };
  const found = (reason: string, message: string): Failure => ({
    exit: EXIT.ledger,
    code: reason,
    message,
  });
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return found('disk_full', FULL);
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return found('disk', READ_ONLY);
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return undefined;
  // The low byte is the primary code: https://www.sqlite.org/rescode.html
  switch (errcode & 0xff) {
    case 13:
      return found('disk_full', FULL);
    case 10:
      return found(
        'disk',
        'The disk of the ledger failed to read or write; it may be full. Nothing is lost: look at the disk, then give the same command again.',
      );
    case 8:
    case 14:
      return found('disk', READ_ONLY);
    case 5:
    case 6:
      return found(
        'ledger_busy',
        'Another process keeps the ledger busy. Nothing is lost: give the same command again in a while.',
      );
    case 11:
    case 26:
      return found(
        'ledger_damaged',
        'The ledger file is damaged, or is not a ledger. Do not send from it: restore a backup, or choose another with --ledger.',
      );
    default:
      return found('ledger', `The ledger refused a statement (SQLite ${errcode}).`);
  }
}

/** "The ledger PostgreSQL host:5432/db cannot be opened", without the driver's words: ours follow. */
function openingOf(message: string): string {
  return sentence(message.replace(/(cannot be opened): .*$/s, '$1'));
}

const FULL =
  'The disk of the ledger is full. Nothing is lost, and nothing is sent that cannot be written down. Make room, then give the same command again.';
const READ_ONLY =
  'The ledger cannot be written: check the rights of its folder, or choose another with --ledger.';

function defect(what: string): Failure {
  return {
    exit: EXIT.defect,
    code: 'internal',
    message: `Something is wrong inside campaign-runner (${what}). Nothing is lost: the ledger holds every step. Set CAMPAIGN_DEBUG=1 to see where, and report it.`,
  };
}

function statusOf(error: ProviderError): string {
  return error.status === undefined ? '' : ` (${error.status})`;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
