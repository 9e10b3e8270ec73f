import type { IExecuteFunctions } from 'n8n-workflow';
import type { BirdProvider } from '../../providers/bird';
import type { MessageQuery } from '../../providers/bird/messages';
import { collect, type ListPage } from '../shared/lists';
import { type Execution, each, type Result } from '../shared/operation';
import { readAddress, readConversationId, readGivenId, readInboxId } from '../shared/parameters';
import { patiently } from '../shared/patience';
import { readMoment, readWord } from '../shared/values';

/** Rows that Bird gives on a page at most. */
const PAGE = 100;

type Bird = Execution<BirdProvider>;

export async function getChannelMessages(execution: Bird, item: number) {
  const { context, connection } = execution;
  const inboxId = readInboxId(execution, item);
  const filters = { ...messageFilters(context, item), ...wordOf(context, item, 'batchId') };
  return rowsOf(execution, item, (page) =>
    connection.provider.listMessages(inboxId, { ...filters, ...page }),
  );
}

export async function getWorkspaceMessages(execution: Bird, item: number) {
  const { context, connection } = execution;
  const filters = { ...messageFilters(context, item), ...wordOf(context, item, 'channelId') };
  return rowsOf(execution, item, (page) =>
    connection.provider.listWorkspaceMessages({ ...filters, ...page }),
  );
}

export async function getContacts(execution: Bird, item: number) {
  const { context, connection } = execution;
  return rowsOf(execution, item, (page) =>
    connection.provider.listContacts({ ...orderOf(context, item), ...page }),
  );
}

export async function getConversations(execution: Bird, item: number) {
  const { context, connection } = execution;
  const filters = {
    ...orderOf(context, item),
    ...wordOf(context, item, 'channelId'),
    ...wordOf(context, item, 'status'),
    ...addressOf(context, item, { name: 'participant', label: 'Participant' }),
  };
  return rowsOf(execution, item, (page) =>
    connection.provider.listConversations({ ...filters, ...page }),
  );
}

export async function getConversationMessages(execution: Bird, item: number) {
  const { context, connection } = execution;
  const id = readConversationId(context, item);
  const filters = { ...orderOf(context, item), ...momentOf(context, item, 'dateFrom') };
  return rowsOf(execution, item, (page) =>
    connection.provider.listConversationMessages(id, { ...filters, ...page }),
  );
}

export async function getInteractions(execution: Bird, item: number) {
  const { context, connection, policy } = execution;
  const inboxId = readInboxId(execution, item);
  const id = readGivenId(context, item, { name: 'messageId', label: 'Message ID' });
  return each(await patiently(policy, () => connection.provider.listInteractions(inboxId, id)));
}

type Asked = { readonly limit: number; readonly pageToken?: string };

async function rowsOf<T extends object>(
  execution: Bird,
  item: number,
  ask: (page: Asked) => Promise<{ rows: readonly T[]; nextPageToken: string | null }>,
): Promise<readonly Result[]> {
  const rows = await collect(execution, item, async (pageToken, left): Promise<ListPage<T>> => {
    const limit = Math.min(PAGE, left);
    const page = await ask({ limit, ...(pageToken !== undefined && { pageToken }) });
    return { rows: page.rows, next: page.nextPageToken };
  });
  return each(rows);
}

/** Every filter of a message list that the platform's document names. */
function messageFilters(context: IExecuteFunctions, item: number): MessageQuery {
  const direction = readWord(context, item, 'filters.direction');
  return {
    ...orderOf(context, item),
    ...wordOf(context, item, 'platform'),
    ...((direction === 'incoming' || direction === 'outgoing') && { direction }),
    ...momentOf(context, item, 'start'),
    ...momentOf(context, item, 'end'),
    ...wordOf(context, item, 'sender'),
    ...addressOf(context, item, { name: 'recipient', label: 'Recipient' }),
    ...wordOf(context, item, 'tag'),
    ...wordOf(context, item, 'subject'),
    ...wordOf(context, item, 'status'),
  };
}

function orderOf(context: IExecuteFunctions, item: number): { reverse?: boolean } {
  return context.getNodeParameter('filters.reverse', item, false) === true ? { reverse: true } : {};
}

function wordOf<Name extends string>(context: IExecuteFunctions, item: number, name: Name) {
  const word = readWord(context, item, `filters.${name}`);
  return (word === '' ? {} : { [name]: word }) as Partial<Record<Name, string>>;
}

function momentOf<Name extends string>(context: IExecuteFunctions, item: number, name: Name) {
  const moment = readMoment(context, item, `filters.${name}`);
  return (moment === undefined ? {} : { [name]: moment }) as Partial<Record<Name, string>>;
}

function addressOf<Name extends string>(
  context: IExecuteFunctions,
  item: number,
  { name, label }: { name: Name; label: string },
) {
  const parameter = { name: `filters.${name}`, label };
  if (readWord(context, item, parameter.name) === '') return {};
  const address = readAddress(context, item, parameter);
  return { [name]: address } as Record<Name, typeof address>;
}
