import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';
import { readMapped } from '../shared/mapped';
import { one, type Result } from '../shared/operation';
import { pause } from '../shared/pace';
import { readKey } from '../shared/parameters';
import { fingerprint } from '../shared/platform';
import { parseTemplateValue } from '../shared/search';
import { needed, readChoice, readPairs, readValue, readWord } from '../shared/values';
import type { PostSendsData, Send } from './api';
import type { CampaignExecution } from './operation';

type NewSend = PostSendsData['body'];

/** What the API takes as a key. */
const PLAIN_KEY = /^[!-~]{1,255}$/;
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 2_000;

/** Writes a message into the ledger and waits for what becomes of it: from the first answer on it is not lost, and sent at most once. */
export async function sendMessage(
  execution: CampaignExecution,
  item: number,
): Promise<readonly Result[]> {
  const { context, runner } = execution;
  const json = readMessage(context, item);
  const { key, own } = keyOf(context, item);
  const headers = { 'idempotency-key': headerOf(key) };
  const [sent] = await Promise.allSettled([
    runner.ask<Send>({ method: 'POST', path: '/sends', json, headers }, item),
  ]);
  if (sent.status === 'rejected') throw own ? sent.reason : withoutOwnKey(sent.reason);
  const seconds = Number(context.getNodeParameter('options.waitSeconds', item, 30));
  return one({ key, ...(await untilDecided(execution, sent.value, seconds * 1_000, item)) });
}

/** As it stands when it is decided or the wait is over. It is written down: whoever asks later is told the rest. */
async function untilDecided(
  execution: CampaignExecution,
  written: Send,
  waitMs: number,
  item: number,
): Promise<Send> {
  const { runner, signal } = execution;
  const until = performance.now() + waitMs;
  const path = `/sends/${encodeURIComponent(written.sendId)}`;
  let send = written;
  for (let ms = FIRST_LOOK_MS; !isDecided(send); ms = Math.min(ms * 2, LAST_LOOK_MS)) {
    const left = until - performance.now();
    if (left <= 0 || !(await pause(Math.min(ms, left), signal))) break;
    const [look] = await Promise.allSettled([runner.ask<Send>({ method: 'GET', path }, item)]);
    if (look.status === 'rejected') {
      // The message is not in doubt by that, and an error would say that it is.
      hintOnce(execution, look.reason);
      break;
    }
    send = look.value;
  }
  return send;
}

/** Executions that have the hint: once is enough for all their items. */
const hinted = new WeakSet<CampaignExecution>();

function hintOnce(execution: CampaignExecution, why: unknown): void {
  if (hinted.has(execution)) return;
  hinted.add(execution);
  execution.context.addExecutionHints({
    message: `Some messages were handed to the runner, and it was not reached for what became of them (${messageOf(why)}). 'Message: Get' tells it by their Send ID.`,
    location: 'outputPane',
  });
}

/** While its campaign is paused nothing becomes of it: why stands in the answer. */
function isDecided({ state, campaignState }: Send): boolean {
  return ['sent', 'failed', 'skipped', 'unknown'].includes(state) || campaignState === 'paused';
}

function readMessage(context: IExecuteFunctions, item: number): NewSend {
  const need = (value: string, label: string) => needed(context, item, { value, label });
  const country = readWord(context, item, 'options.defaultCountry').toUpperCase();
  const name = readWord(context, item, 'contactName');
  return {
    account: need(readChoice(context, item, 'account'), 'Account'),
    inbox: need(readChoice(context, item, 'inbox'), 'Inbox'),
    to: need(readWord(context, item, 'recipient'), 'Recipient'),
    ...(country !== '' && { country }),
    ...(name !== '' && { name }),
    ...(context.getNodeParameter('messageType', item, 'text') === 'template'
      ? { template: readTemplate(context, item) }
      : { text: need(readValue(context, item, 'text'), 'Text') }),
  };
}

function readTemplate(context: IExecuteFunctions, item: number): NonNullable<NewSend['template']> {
  const { name, language } = parseTemplateValue(readChoice(context, item, 'template'));
  needed(context, item, { value: name, label: 'Template' });
  const mapped = Object.entries(readMapped(context, item, 'templateVariables'));
  const params = {
    ...Object.fromEntries(mapped.map(([param, value]) => [param, String(value)] as const)),
    ...readPairs(context, item, 'templateParameters.parameter'),
  };
  return {
    name,
    ...(language !== undefined && { language }),
    ...(Object.keys(params).length > 0 && { params }),
  };
}

/** The ledger keeps a key for good, and counts of executions begin anew in another n8n. */
function keyOf(context: IExecuteFunctions, item: number): { key: string; own: boolean } {
  const { key, own } = readKey(context, item);
  const here = fingerprint(context.getInstanceId()).slice(0, 6);
  return { key: own ? key : `${key}-${here}`, own };
}

/** Who gave no key cannot give another one. */
function withoutOwnKey(error: unknown): unknown {
  if (!(error instanceof NodeApiError) || error.context['code'] !== 'idempotency_key_reused') {
    return error;
  }
  error.description =
    'This item was handed to the runner before by an execution of this number, as another message: Retry On Fail came to other words, or n8n counts its executions anew. A new execution sends it';
  return error;
}

function headerOf(key: string): string {
  return PLAIN_KEY.test(key) ? key : `n8n-${fingerprint(key)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no answer';
}
