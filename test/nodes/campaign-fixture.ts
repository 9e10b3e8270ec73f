import {
  type IDataObject,
  type INodeExecutionData,
  type INodeParameters,
  NodeApiError,
  NodeOperationError,
} from 'n8n-workflow';
import { Campaign } from '../../nodes/Campaign/Campaign.node';
import { type Fake, type FakeOptions, fakeContext } from '../support/n8n-context';
import { overFetch } from '../support/n8n-fetch';
import type { ApiPlace } from '../worker/api/campaign-fixture';

/** What is filled in for a campaign of all items; the text is the runner's to fill in. */
export const FIELDS: INodeParameters = {
  ...{ resource: 'campaign', operation: 'createAndStart', definition: 'fields', audience: 'items' },
  ...{ name: 'spring', messageType: 'text', text: 'Hi {{ name }}, it is time.' },
  account: { mode: 'list', value: 'support' },
  inbox: { mode: 'id', value: '3' },
  consentMethod: 'signup form',
  options: { maxRetries: 0 },
};

export interface NodeAsked extends Partial<Omit<FakeOptions, 'items' | 'json'>> {
  readonly items?: readonly IDataObject[];
}

/** One execution of the node, whose requests go to a real runner. */
export async function runCampaign(
  { url }: Pick<ApiPlace, 'url'>,
  parameters: INodeParameters | ((item: number) => INodeParameters),
  { items = [{}], ...more }: NodeAsked = {},
): Promise<{ readonly out: readonly INodeExecutionData[]; readonly fake: Fake }> {
  const at = (item: number): INodeParameters => ({
    ...FIELDS,
    ...(typeof parameters === 'function' ? parameters(item) : parameters),
  });
  const differs = (name: string) =>
    items.some((_, item) => JSON.stringify(at(item)[name]) !== JSON.stringify(at(0)[name]));
  const fake = fakeContext({
    ...overFetch(url),
    parameters: at,
    // What differs from item to item was written as an expression.
    written: Object.fromEntries(
      Object.keys(at(0))
        .filter(differs)
        .map((name) => [name, '={{ $json }}']),
    ),
    items: items.length,
    json: (item) => items[item] ?? {},
    ...more,
  });
  const [out = []] = await new Campaign().execute.call(fake.context);
  return { out, fake };
}

/** So many people with an address of e-mail: more than there are numbers that belong to nobody. */
export function people(count: number, from = 0): IDataObject[] {
  return Array.from({ length: count }, (_, n) => ({
    email: `person${from + n}@example.org`,
    name: `Person ${from + n}`,
  }));
}

/** Of an inbox that sends mail. */
export const BY_MAIL: INodeParameters = { inbox: { mode: 'id', value: '6' } };

/** Every row of a campaign as it was listed, in order. */
export async function listedIn(api: ApiPlace, name = 'spring'): Promise<string[]> {
  const listed: string[] = [];
  let after = '';
  for (;;) {
    const { body } = await api.ask(`/campaigns/${name}/results?limit=1000${after}`);
    const rows = body['items'] as { row: number; listedAs: string }[];
    for (const { row, listedAs } of rows) listed[row - 1] = listedAs;
    if (body['next'] === null) return listed;
    after = `&after=${body['next'] as string}`;
  }
}

/** What an execution fails with; it must be an error of n8n's. */
export async function failing(running: Promise<unknown>): Promise<NodeApiError> {
  const [outcome] = await Promise.allSettled([running]);
  if (outcome.status === 'fulfilled') throw new Error('it did not fail');
  const error: unknown = outcome.reason;
  if (error instanceof NodeApiError || error instanceof NodeOperationError) {
    return error as NodeApiError;
  }
  throw error;
}

/** What the first request of an execution says. */
export function bodyOf({ requests }: Fake): unknown {
  return JSON.parse(requests[0]?.body as unknown as string);
}
