import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { readForm, readJson, receiveBody } from './body';
import type { Fault, Faults } from './faults';
import type { MinuteLimit } from './minute-limit';
import type { Answer, Call, Platform, PlatformFault } from './platform';
import { bodyOf, RETRY_LATER, type Reaction, react } from './react';
import type { LoggedRequest, RequestLog } from './request-log';

export interface FrontParts {
  platformAt(path: string): Platform | undefined;
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Requests per minute and client address, over all platforms. */
  readonly limit: MinuteLimit | undefined;
  /** Waited before every request is processed. */
  readonly latencyMs: number;
}

/** What passed the front since the start or the last reset. */
export interface Traffic {
  requests: number;
  inFlight: number;
  deliversInFlight: number;
  /** Clients that went away before their answer was written, other than by a fault. */
  abandoned: number;
  abandonedDelivers: number;
  rateLimited: number;
}

export interface Front {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  traffic(): Readonly<Traffic>;
  reset(): void;
}

const NO_BODY = Buffer.alloc(0);
const PLATFORM_FAULTS: readonly string[] = ['duplicate_phone', 'phone_taken', 'wrong_token'];

/**
 * What stands before every platform: receives a request whole, counts and logs it, applies limits and latency, and lets
 * a fault decide how the platform's processing and the connection go together. A request that arrived whole is
 * processed even if its client has gone by then, as on a real server.
 */
export function createFront(parts: FrontParts): Front {
  const traffic: Traffic = {
    requests: 0,
    inFlight: 0,
    deliversInFlight: 0,
    abandoned: 0,
    abandonedDelivers: 0,
    rateLimited: 0,
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const startedAt = Date.now();
    const body = incoming.method === 'GET' ? NO_BODY : await receiveBody(incoming);
    if (body === null) return;
    const call = await readCall(incoming, body);
    const platform = parts.platformAt(call.path);
    if (platform === undefined) {
      write(outgoing, { status: 404, json: { error: 'no platform is at this path' } });
      return;
    }
    const delivers = platform.delivers(below(platform, call));
    const watch = follow(outgoing, delivers);
    try {
      const entry = enter(call, delivers, startedAt);
      await pass(platform, call, delivers, { incoming, outgoing, watch, entry });
    } catch (error) {
      // A mistake in a fault's header or in the sandbox itself; loud, but the process that hosts us goes on.
      const answer = { status: 500, json: { error: `sandbox: ${(error as Error).message}` } };
      if (!outgoing.headersSent) write(outgoing, answer);
    }
  }

  /** Counts a request from now until its connection is done with it. */
  function follow(outgoing: ServerResponse, delivers: boolean): Watch {
    const watch: Watch = { cutByFault: false };
    traffic.requests += 1;
    traffic.inFlight += 1;
    if (delivers) traffic.deliversInFlight += 1;
    outgoing.once('close', () => {
      traffic.inFlight -= 1;
      if (delivers) traffic.deliversInFlight -= 1;
      if (outgoing.writableFinished || watch.cutByFault) return;
      traffic.abandoned += 1;
      if (delivers) traffic.abandonedDelivers += 1;
    });
    return watch;
  }

  function enter(call: Call, delivers: boolean, startedAt: number): LoggedRequest | undefined {
    if (!parts.log.on) return undefined;
    const entry: LoggedRequest = {
      method: call.method,
      path: call.path,
      query: call.query.toString(),
      headers: call.headers,
      body: call.body.toString('utf8'),
      delivers,
      fault: null,
      startedAt,
      status: null,
      ms: null,
    };
    parts.log.add(entry);
    return entry;
  }

  async function pass(
    platform: Platform,
    call: Call,
    delivers: boolean,
    connection: Connection,
  ): Promise<void> {
    const now = Date.now();
    const inner = below(platform, call);
    const refusal = parts.limit?.exceeded(call.ip, now)
      ? RETRY_LATER
      : platform.limited(inner, now);
    if (refusal !== undefined) {
      finish(connection, { kind: 'answer', answer: refusal });
      return;
    }
    const fault = parts.faults.choose(call, () => delivers);
    if (connection.entry !== undefined) connection.entry.fault = fault?.name ?? null;
    if (parts.latencyMs > 0) await pause(parts.latencyMs, undefined, { ref: false });
    if (fault === undefined) {
      finish(connection, { kind: 'answer', answer: platform.answer(inner) });
      return;
    }
    const faulty = withPlatformFault(inner, fault);
    const hangUp = (): void => cut(connection);
    finish(connection, await react(fault, platform, () => platform.answer(faulty), hangUp));
  }

  function finish(connection: Connection, reaction: Reaction): void {
    const { outgoing, entry } = connection;
    if (entry !== undefined) entry.ms = Date.now() - entry.startedAt;
    switch (reaction.kind) {
      case 'silence':
        connection.watch.cutByFault = true;
        return;
      case 'drop':
        cut(connection);
        return;
      case 'cut':
        writeHalf(outgoing, reaction.answer, () => cut(connection));
        return;
      case 'answer':
        if (reaction.answer.status === 429) traffic.rateLimited += 1;
        if (outgoing.destroyed) return;
        if (entry !== undefined) entry.status = reaction.answer.status;
        write(outgoing, reaction.answer);
    }
  }

  return {
    handle,
    traffic: () => ({ ...traffic }),
    reset() {
      // What is in flight stays so.
      traffic.requests = 0;
      traffic.abandoned = 0;
      traffic.abandonedDelivers = 0;
      traffic.rateLimited = 0;
    },
  };
}

interface Watch {
  cutByFault: boolean;
}

interface Connection {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly watch: Watch;
  readonly entry: LoggedRequest | undefined;
}

async function readCall(incoming: IncomingMessage, body: Buffer): Promise<Call> {
  const address = incoming.url ?? '/';
  const mark = address.indexOf('?');
  const contentType = incoming.headers['content-type'] ?? '';
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(contentType);
  const { fields, files } = isForm ? await readForm(body, contentType) : readJson(body);
  return {
    method: incoming.method ?? 'GET',
    path: mark === -1 ? address : address.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : address.slice(mark + 1)),
    headers: incoming.headers,
    body,
    ip: incoming.socket.remoteAddress ?? '',
    fields,
    files,
  };
}

/** A call as the platform sees it. Faults and the log go by the whole path. */
function below({ mount }: Platform, call: Call): Call {
  return mount === '' ? call : { ...call, path: call.path.slice(mount.length) };
}

function withPlatformFault(call: Call, fault: Fault): Call {
  if (!PLATFORM_FAULTS.includes(fault.name)) return call;
  return { ...call, fault: fault.name as PlatformFault };
}

function cut(connection: Connection): void {
  connection.watch.cutByFault = true;
  connection.incoming.socket.destroy();
}

function write(outgoing: ServerResponse, answer: Answer): void {
  const body = bodyOf(answer);
  outgoing.writeHead(answer.status, headersOf(answer, body));
  outgoing.end(body);
}

function writeHalf(outgoing: ServerResponse, answer: Answer, then: () => void): void {
  const body = bodyOf(answer);
  outgoing.writeHead(answer.status, headersOf(answer, body));
  outgoing.write(body.slice(0, Math.floor(body.length / 2)), then);
}

function headersOf(answer: Answer, body: string): Record<string, string | number> {
  return {
    'content-type': answer.contentType ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...answer.headers,
  };
}
