import type {
  IExecuteFunctions,
  IHttpRequestOptions,
  ILoadOptionsFunctions,
  IN8nHttpFullResponse,
  IPollFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { pause } from '../shared/pace';
import { noAnswerFrom } from '../shared/transport';
import { surelyNotDone, waitFor } from './again';
import type { Problem } from './api';
import { problemError, type Trouble } from './problems';
import { type Bytes, isStream, type RunnerRequest, toOptions } from './request';

export const CREDENTIAL = 'campaignRunnerApi';

/** Longer than the runner takes for anything but a list. */
const DEFAULT_TIMEOUT_MS = 60_000;
/** Whoever is asked to wait longer is told so at once instead. */
const OF_EXECUTIONS = { retries: 3, maxWaitMs: 5 * 60 * 1_000 };
/** Nobody waits for minutes in the editor, and a poll comes again by itself. */
const OF_OTHERS = { retries: 1, maxWaitMs: 10_000 };
/** Of an answer that says what is wrong. */
const MOST_WORDS = 100_000;

/** The runner's API, with the patience that its answers ask for. */
export interface Runner {
  /** The JSON of the answer. @throws NodeApiError when it is a refusal, or none came. */
  ask<T>(request: RunnerRequest, item?: number): Promise<T>;
  /** The answer as it comes. @throws NodeApiError as `ask` does; what breaks later breaks the stream. */
  download(request: RunnerRequest, item?: number): Promise<Bytes>;
}

export interface RunnerOptions {
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
}

export type RunnerContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

interface Answer {
  readonly status: number;
  readonly headers: IN8nHttpFullResponse['headers'];
  readonly body: unknown;
}

type Outcome = { readonly answer: Answer } | { readonly trouble: Trouble };

/** What we ask of the runner may be asked again: names, chunks and messages have keys of their own. The rest is marked `once`. */
export function createRunner(
  context: RunnerContext,
  { maxRetries, timeoutMs = DEFAULT_TIMEOUT_MS }: RunnerOptions = {},
): Runner {
  const { getExecutionCancelSignal } = context as Partial<IExecuteFunctions>;
  const patience = getExecutionCancelSignal === undefined ? OF_OTHERS : OF_EXECUTIONS;
  const retries = maxRetries ?? patience.retries;
  const signal = getExecutionCancelSignal?.call(context);

  async function answerTo(
    request: RunnerRequest,
    encoding: 'text' | 'stream',
    item?: number,
  ): Promise<Answer> {
    const { baseUrl, apiKey } = await readCredential(context, item);
    const { once = false, body } = request;
    const oneTry = isStream(body?.bytes);
    for (let retry = 0; ; retry += 1) {
      const options = await toOptions({ timeoutMs, ...request }, baseUrl, encoding);
      const outcome = await attempt(context, options, apiKey, signal);
      if ('answer' in outcome) return outcome.answer;
      const { trouble } = outcome;
      const mayBeDone = once && !surelyNotDone(trouble);
      const waitMs = oneTry || mayBeDone || retry >= retries ? null : waitFor(trouble, retry);
      const inTime = waitMs !== null && waitMs <= patience.maxWaitMs;
      if (inTime && (await pause(waitMs, signal))) continue;
      throw problemError(signal?.aborted ? { kind: 'cancelled' } : trouble, {
        node: context.getNode(),
        at: addressOf(baseUrl),
        item,
        reads: request.method === 'GET',
        once: mayBeDone,
      });
    }
  }

  return {
    async ask(request, item) {
      const { body } = await answerTo(request, 'text', item);
      return parsed(body) as never;
    },
    async download(request, item) {
      return (await answerTo(request, 'stream', item)).body as Bytes;
    },
  };
}

async function attempt(
  context: RunnerContext,
  options: IHttpRequestOptions,
  apiKey: string,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  if (signal?.aborted) return { trouble: { kind: 'cancelled' } };
  let response: IN8nHttpFullResponse;
  try {
    // A copy: n8n writes the key into what it is given.
    response = (await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, {
      ...options,
      headers: { ...options.headers },
    })) as IN8nHttpFullResponse;
  } catch (error) {
    const { why, written } = noAnswerFrom(error);
    return { trouble: { kind: 'no answer', why, written } };
  }
  const { statusCode: status, headers, body } = response;
  const good = status >= 200 && status < 300;
  if (good && (options.encoding === 'stream' || parsed(body) !== undefined)) {
    return { answer: { status, headers, body } };
  }
  const words = (await wordsOf(body)).replaceAll(apiKey || '\0', '•••');
  const problem = good ? null : problemIn(words);
  return { trouble: { kind: 'refused', status, problem, retryAfterMs: retryAfterOf(headers) } };
}

async function readCredential(
  context: RunnerContext,
  item = 0,
): Promise<{ baseUrl: string; apiKey: string }> {
  const fields = await context.getCredentials(CREDENTIAL);
  const text = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const baseUrl = text('baseUrl').replace(/\/+$/, '');
  const refused = (message: string, description: string) =>
    new NodeOperationError(context.getNode(), message, { itemIndex: item, description });
  if (!/^https?:\/\//i.test(baseUrl) || !URL.canParse(baseUrl)) {
    const how = 'It begins with http:// or https://';
    throw refused('The Base URL of the credential is no address', how);
  }
  const { username, password } = new URL(baseUrl);
  if (username !== '' || password !== '') {
    // They would be sent in place of the key.
    const how = 'Take out what stands before the @: the runner lets in by the API Key';
    throw refused('The Base URL of the credential has a user name or a password in it', how);
  }
  return { baseUrl, apiKey: text('apiKey') };
}

/** For a message: neither who is let in nor what else may stand in an address. */
function addressOf(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname}`.replace(/\/$/, '');
}

async function wordsOf(body: unknown): Promise<string> {
  if (!isStream(body)) return typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_WORDS) break;
  }
  return Buffer.concat(pieces).toString();
}

function problemIn(words: string): Problem | null {
  const problem = parsed(words) as Partial<Problem> | undefined;
  return typeof problem?.code === 'string' && typeof problem.detail === 'string'
    ? (problem as Problem)
    : null;
}

function retryAfterOf(headers: IN8nHttpFullResponse['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** Undefined where it is no JSON. */
function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body ?? undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
