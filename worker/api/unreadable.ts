import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, type ProblemCode } from './problem';

/** A request that no app can be asked about. */
interface Unreadable {
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
}

const MALFORMED: Unreadable = {
  ...{ status: 400, code: 'malformed' },
  detail: 'Its address, its Host or another of its first lines cannot be read.',
};
const BROKEN: Unreadable = { status: 500, code: 'internal', detail: 'Nothing is lost.' };
const EXPECTS: Unreadable = {
  ...{ status: 417, code: 'malformed' },
  detail: 'What it expects is not known here: leave Expect out.',
};
/** By what Node's parser says of it. */
const PARSED: Readonly<Record<string, Unreadable>> = {
  HPE_HEADER_OVERFLOW: {
    ...{ status: 431, code: 'too_large' },
    detail: 'Its headers are longer than is taken.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    ...{ status: 413, code: 'too_large' },
    detail: 'Its chunk extensions are longer than is taken.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    ...{ status: 408, code: 'too_slow' },
    detail: 'Its headers did not arrive in time.',
  },
};

const TYPE = 'application/problem+json';

function bodyOf({ status, code, detail }: Unreadable): string {
  const [, title] = PROBLEMS[code];
  return JSON.stringify({ type: `/docs#${code}`, title, status, code, detail, requestId: '' });
}

/** For what the adapter cannot hand to the app. */
export const malformed = (): Response => responseOf(MALFORMED);

/** For what goes wrong beside the app. */
export const broken = (): Response => responseOf(BROKEN);

function responseOf(problem: Unreadable): Response {
  const { status } = problem;
  return new Response(bodyOf(problem), { status, headers: { 'content-type': TYPE } });
}

/** For what has no Host though its version demands one. */
export function refuseHostless(outgoing: ServerResponse): void {
  answer(outgoing, MALFORMED);
}

export function refuseExpectation(_: IncomingMessage, outgoing: ServerResponse): void {
  answer(outgoing, EXPECTS);
}

function answer(outgoing: ServerResponse, problem: Unreadable): void {
  const body = bodyOf(problem);
  outgoing.writeHead(problem.status, {
    ...{ 'content-type': TYPE, connection: 'close' },
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}

/** What is no HTTP, too long or too slow has no request to answer: it is said on the connection itself, if no answer is on its way there. */
export function hangUp(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Node's own, which keeps the answer under way on the connection.
  const { _httpMessage: under } = socket as { _httpMessage?: { headersSent: boolean } | null };
  if (error.code === 'ECONNRESET' || !socket.writable || under?.headersSent === true) {
    socket.destroy();
    return;
  }
  const problem = PARSED[error.code ?? ''] ?? MALFORMED;
  const body = bodyOf(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // The rest of what comes is not read: the connection ends with the answer.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
