import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { type AddressFailure, describeAddressFailure, parseAddress } from '../../core/address';
import type { Address } from '../../core/message';
import type { AddressKind } from '../../core/words';
import type { Inbox, OptIn, Profile } from '../../providers/provider';
import { readAttributes } from './attributes';
import type { Execution } from './operation';
import { fingerprint } from './platform';
import type { Recipient } from './send';
import { askedFor, isTool } from './tool';
import { needed, readChoice, readWord, refuse } from './values';

/** What holds for the whole execution; read from the first item. */
export interface RunOptions {
  readonly maxConcurrency: number;
  readonly maxRetries: number;
  readonly perSecond: number;
  readonly settleMs: number;
  readonly timeoutMs: number;
}

export function readRunOptions(context: IExecuteFunctions): RunOptions {
  // What an expression makes of it need not be a number.
  const option = (name: string, fallback: number): number => {
    const given = Number(context.getNodeParameter(`options.${name}`, 0, fallback));
    return Number.isFinite(given) ? given : fallback;
  };
  return {
    maxConcurrency: Math.max(1, Math.trunc(option('maxConcurrency', 5))),
    maxRetries: Math.max(0, Math.trunc(option('maxRetries', 3))),
    perSecond: option('perSecond', 0),
    settleMs: option('settleSeconds', 100) * 1_000,
    timeoutMs: option('timeoutSeconds', 60) * 1_000,
  };
}

type Reading = Pick<Execution, 'context' | 'connection' | 'catalogue'>;

export async function readRecipient(execution: Reading, item: number): Promise<Recipient> {
  const { context } = execution;
  return {
    address: readAddress(context, item),
    profile: readProfile(context, item),
    inbox: await readInbox(execution, item),
  };
}

/** Beside the name only what the node asks for; what is left empty is not sent. */
export function readProfile(context: IExecuteFunctions, item: number): Profile {
  const optIn = readOptIn(context, item);
  const attributes = readAttributes(context, item);
  return {
    ...wordOf(context, item, 'name', 'contactName'),
    ...wordOf(context, item, 'firstName', 'additionalFields.firstName'),
    ...wordOf(context, item, 'lastName', 'additionalFields.lastName'),
    ...wordOf(context, item, 'email', 'additionalFields.email'),
    ...(attributes !== undefined && { attributes }),
    ...(optIn !== undefined && { optIn }),
  };
}

function wordOf<Name extends string>(
  context: IExecuteFunctions,
  item: number,
  name: Name,
  parameter: string,
): Partial<Record<Name, string>> {
  const word = readWord(context, item, parameter);
  return (word === '' ? {} : { [name]: word }) as Partial<Record<Name, string>>;
}

/** What is left out here, the account's own settings say. */
function readOptIn(context: IExecuteFunctions, item: number): OptIn | undefined {
  const method = readWord(context, item, 'optInMethod');
  const detail = readWord(context, item, 'optInDetail');
  return method === '' && detail === '' ? undefined : { method, detail };
}

/** A value with an at sign is an e-mail address, anything else a phone number. */
export function readAddress(
  context: IExecuteFunctions,
  item: number,
  parameter: { name: string; label: string } = { name: 'recipient', label: 'Recipient' },
  only?: AddressKind,
): Address {
  const raw = readWord(context, item, parameter.name);
  const country = readWord(context, item, 'options.defaultCountry');
  const kind = only ?? (raw.includes('@') ? 'email' : 'phone');
  const parsed = parseAddress(kind, raw, country === '' ? undefined : country.toUpperCase());
  if (parsed.ok) return parsed.address;
  const message = `The '${parameter.label}' is not a usable address`;
  throw refuse(context, item, message, sayAddressFailure(parsed.why));
}

function sayAddressFailure(why: AddressFailure): string {
  switch (why) {
    case 'empty':
      return 'It is empty';
    case 'no_country':
      return "It has no country code: write it with a plus sign, or set 'Default Country' in the options";
    default:
      return describeAddressFailure(why);
  }
}

/** The id of the chosen inbox, as it stands. */
export function readInboxId({ context, connection }: Reading, item: number): string {
  const { inboxWord = 'Inbox' } = connection.platform;
  return needed(context, item, {
    value: readChoice(context, item, 'inbox'),
    label: `${inboxWord}`,
  });
}

export async function readInbox(execution: Reading, item: number): Promise<Inbox> {
  const { context, connection, catalogue } = execution;
  const { inboxWord = 'Inbox' } = connection.platform;
  if (inboxWord === null) {
    const only = await catalogue.onlyInbox();
    if (only !== undefined) return only;
    throw refuse(context, item, 'The account of the credential cannot send');
  }
  const id = readChoice(context, item, 'inbox');
  const inbox = id === '' ? undefined : await catalogue.inbox(id);
  if (inbox !== undefined) return inbox;
  throw refuse(
    context,
    item,
    `There is no ${inboxWord.toLowerCase()} with the ID '${id}'`,
    `Choose one from the list of the parameter '${inboxWord}'`,
  );
}

/** The id of the chosen conversation. */
export function readConversationId(context: IExecuteFunctions, item: number): string {
  const value = readChoice(context, item, 'conversationId');
  return needed(context, item, { value, label: 'Conversation' });
}

/** An id that the user gives, such as that of a contact. */
export function readGivenId(
  context: IExecuteFunctions,
  item: number,
  parameter: { name: string; label: string },
): string {
  const value = readWord(context, item, parameter.name);
  return needed(context, item, { value, label: parameter.label });
}

/** The key of this item's message, and whether the user chose it. */
export function readKey(context: IExecuteFunctions, item: number): { key: string; own: boolean } {
  const given = readWord(context, item, 'sendKey');
  if (given !== '') return { key: given, own: true };
  const execution = context.getExecutionId() ?? randomUUID();
  const { id } = context.getWorkflow();
  const node = fingerprint(String(id), context.getNode().name).slice(0, 8);
  const start = `n8n-${execution}-${node}`;
  if (isTool(context)) return { key: `${start}-${askedFor(context, item)}`, own: false };
  const run: unknown = context.getWorkflowDataProxy(item)['$runIndex'];
  return { key: `${start}-${Number(run ?? 0)}-${item}`, own: false };
}
