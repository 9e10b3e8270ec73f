import { type Logger, pino } from 'pino';
import type { LogLine } from '../api/ports';
import { isInputError } from '../campaign/input-error';
import type { ClockEvent } from '../engine/clockwork';
import type { ReadingEvent } from '../engine/desk';
import type { SdkLine } from '../engine/temporal/runtime';
import type { TemporalEvent } from '../engine/temporal/worker';
import type { WorkEvent } from '../engine/work';
import { say, sayJson } from './screen';

export type LogFormat = 'text' | 'json';

/** What a process that stays has to tell. */
type StayEvent = WorkEvent | TemporalEvent | ClockEvent | ReadingEvent | CatchUpEvent | ApiEvent;

/** What an account's platform told could not be asked for. */
interface CatchUpEvent {
  readonly kind: 'not-caught-up';
  readonly account: string;
  readonly code: string;
}

/** A line of the API: codes. */
interface ApiEvent {
  readonly kind: 'api';
  readonly line: LogLine;
}

/** What a worker says while it stays: codes, ids, names of campaigns and sentences of ours, nothing of anybody. */
export interface WorkerLog {
  readonly note: (sentence: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly event: (event: StayEvent) => void;
  readonly error: (activity: string, code: string, error: unknown) => void;
  readonly sdk: (line: SdkLine) => void;
}

/** `json`: one object a line, as log collectors read them; `ndjson`: what --json prints; `text`: for a person. */
export function createWorkerLog(format: LogFormat | 'ndjson'): WorkerLog {
  switch (format) {
    case 'json':
      return structured();
    case 'ndjson':
      return events();
    case 'text':
      return sentences();
  }
}

function sentences(): WorkerLog {
  const line = (text: string): void => say(`${new Date().toISOString()} ${text}`);
  return {
    note: (sentence) => say(sentence),
    event: (event) => line(sentenceOf(event)),
    error: (activity, code, error) => {
      const words = ownWordsOf(error, code);
      line(`${activity}: ${code}${words === undefined ? '' : `. ${words}`}`);
    },
    sdk: ({ level, message, fields }) => {
      const about = fields['workflowId'] ?? fields['activityType'] ?? fields['error'];
      line(`Temporal ${level}: ${message}${about === undefined ? '' : ` (${String(about)})`}`);
    },
  };
}

function events(): WorkerLog {
  return {
    note: (_, fields) => {
      if (fields !== undefined) sayJson(fields);
    },
    event: (event) => {
      const at = new Date().toISOString();
      sayJson(event.kind === 'api' ? { at, ...event.line } : { event: 'work', at, ...event });
    },
    error: (activity, code, error) =>
      sayJson({ event: 'error', activity, code, words: ownWordsOf(error, code) }),
    sdk: ({ level, message, fields }) => sayJson({ event: 'temporal', level, message, fields }),
  };
}

function structured(): WorkerLog {
  const log = createPino();
  return {
    note: (sentence, fields = {}) => log.info(fields, sentence),
    event: (event) => {
      if (event.kind === 'api') {
        log.info(event.line, wordsOf(event.line));
        return;
      }
      const level = ['away', 'refused', 'cannot', 'unreadable', 'not-caught-up'].includes(
        event.kind,
      )
        ? 'warn'
        : 'info';
      const { kind, ...fields } = event;
      log[level]({ event: kind, ...fields }, sentenceOf(event));
    },
    error: (activity, code, error) =>
      log.error(
        { event: 'error', activity, code },
        ownWordsOf(error, code) ?? `${activity}: ${code}`,
      ),
    sdk: ({ level, message, fields }) =>
      log[PINO_LEVELS[level]]({ source: 'temporal', ...fields }, message),
  };
}

const PINO_LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

function createPino(): Logger {
  return pino(
    {
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      messageKey: 'message',
    },
    // By the same stream as everything else: who no longer listens is noticed in one place.
    process.stdout,
  );
}

/** A sentence of ours where there is one: other words may name a person. Of a defect, its name and where it was. */
function ownWordsOf(error: unknown, code: string): string | undefined {
  if (isInputError(error)) return error.message;
  if (code !== 'INTERNAL' || !(error instanceof Error)) return undefined;
  const name = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  const [, place] = PLACE.exec(error.stack ?? '') ?? [];
  return place === undefined ? name : `${name} in ${place}`;
}

/** The first place of a stack: file, line and column. */
const PLACE = /^ {4}at .*?([\w.-]+\.[cm]?[jt]s:\d+:\d+)\)?$/m;

function sentenceOf(event: StayEvent): string {
  switch (event.kind) {
    case 'drives':
      return `${event.campaign}: runs here now`;
    case 'joins':
      return `${event.campaign}: took part in it`;
    case 'ended':
      return `${event.campaign}: ${event.outcome === 'stopped' ? 'left to the next worker' : event.outcome}`;
    case 'cannot':
      return `${event.campaign}: cannot be run here. ${event.why}`;
    case 'away':
      return `${'why' in event ? event.why : 'The ledger cannot be reached.'} Waiting for it.`;
    case 'back':
      return 'It is back.';
    case 'opened':
      return `${event.occurrence}: its time has come`;
    case 'passed-over':
      return `${event.occurrence}: passed over (${event.why})`;
    case 'given-up':
      return `${event.occurrence}: could not be opened, and is given up (${event.why})`;
    case 'not-opened':
      return `${event.occurrence}: cannot be opened here now, and is tried again. Why: campaign schedule show`;
    case 'polls':
      return `Takes part in what Temporal has at ${event.address}, namespace ${event.namespace}.`;
    case 'reads':
      return `${event.campaign}: its list is being read`;
    case 'read':
      return `${event.campaign}: its list is in the ledger`;
    case 'list-refused':
      return `${event.campaign}: its list cannot be used. Why: campaign status ${event.campaign}`;
    case 'unreadable':
      return `${event.campaign}: its list cannot be read here now (${event.why}), and is tried again`;
    case 'not-caught-up':
      return `${event.account === '' ? 'The accounts' : event.account}: what was told could not be asked for (${event.code}), and is asked for again`;
    case 'api':
      return wordsOf(event.line);
    case 'refused':
      return event.why;
    case 'revived':
      return `${event.count} that Temporal had lost: begun anew`;
  }
}

/** "requested: method GET, status 200". */
function wordsOf({ event, ...codes }: LogLine): string {
  const named = Object.entries(codes).map(([name, value]) => `${name} ${String(value)}`);
  return named.length === 0 ? event : `${event}: ${named.join(', ')}`;
}
