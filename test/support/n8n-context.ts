import { Readable } from 'node:stream';
import type {
  IBinaryData,
  IDataObject,
  IExecuteFunctions,
  IHttpRequestOptions,
  ILoadOptionsFunctions,
  INode,
  NodeExecutionHint,
} from 'n8n-workflow';

type Answer = { statusCode: number; body: unknown; headers?: Record<string, string | string[]> };

export interface FakeOptions {
  readonly items?: number;
  /** What is in each item. */
  readonly json?: (item: number) => IDataObject;
  /** Run by an agent: by the context that n8n has for it, or as the node of another type that it makes for agents. */
  readonly tool?: 'context' | 'node';
  /** Parameters of every item, or of each. A resource locator is `{ mode, value }`. */
  readonly parameters: IDataObject | ((item: number) => IDataObject);
  /** Parameters as they were written, where that is not what they become. */
  readonly written?: IDataObject;
  readonly http?: (options: IHttpRequestOptions) => Promise<Answer>;
  readonly credentials?: IDataObject;
  /** What the node's credential does to a request; without it requests stay as the node makes them. */
  readonly authenticate?: (request: IHttpRequestOptions) => Promise<IHttpRequestOptions>;
  readonly continueOnFail?: boolean;
  readonly executionId?: string;
  readonly signal?: AbortSignal;
  /** Of every item, by the name of its field. */
  readonly binary?: Readonly<Record<string, { data: IBinaryData; bytes: Buffer }>>;
}

export interface Fake {
  readonly context: IExecuteFunctions & ILoadOptionsFunctions;
  /** As the node made them, before the credential. */
  readonly requests: IHttpRequestOptions[];
  /** Those of them that were made without the credential. */
  readonly anonymous: IHttpRequestOptions[];
  readonly hints: NodeExecutionHint[];
}

const NODE: INode = {
  id: 'n1',
  name: 'Chatwoot',
  type: 'n8n-nodes-campaign-runner.chatwoot',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

async function wholeOf(data: Buffer | Readable): Promise<Buffer> {
  return Buffer.isBuffer(data) ? data : Buffer.concat(await data.toArray());
}

/** As much of n8n's context as our nodes use, with n8n's habits: a parameter that nobody set is an error. */
export function fakeContext(options: FakeOptions): Fake {
  const requests: IHttpRequestOptions[] = [];
  const anonymous: IHttpRequestOptions[] = [];
  const hints: NodeExecutionHint[] = [];
  const parametersOf = (item: number): IDataObject =>
    typeof options.parameters === 'function' ? options.parameters(item) : options.parameters;

  const read = (
    name: string,
    item: number,
    fallback?: unknown,
    how?: { extractValue?: boolean },
  ) => {
    const found = name
      .split('.')
      .reduce<unknown>(
        (value, part) => (value as IDataObject | undefined)?.[part],
        parametersOf(item),
      );
    if (how?.extractValue === true && found === undefined)
      throw new Error('Could not find property');
    const value = found ?? fallback;
    if (value === undefined) throw new Error(`Could not get parameter "${name}"`);
    if (how?.extractValue === true && typeof value === 'object' && 'mode' in (value as object)) {
      return (value as { value?: unknown }).value;
    }
    return value;
  };

  const answer = async (request: IHttpRequestOptions) => {
    if (options.http === undefined) throw new Error('no request was expected');
    return { headers: {}, ...(await options.http(request)) };
  };
  const binary = (name: string) => {
    const found = options.binary?.[name];
    if (found === undefined)
      throw new Error(
        `This operation expects the node's input data to contain a binary file '${name}'`,
      );
    return found;
  };

  const context = {
    getInputData: () =>
      Array.from({ length: options.items ?? 1 }, (_, item) => ({
        json: options.json?.(item) ?? {},
      })),
    getNode: () => ({
      ...NODE,
      ...(options.tool === 'node' && { type: `${NODE.type}Tool` }),
      // As they were written: an expression is still one.
      parameters: { ...parametersOf(0), ...options.written },
    }),
    isToolExecution: () => options.tool === 'context',
    getNodeParameter: read,
    getCurrentNodeParameter: (name: string, how?: { extractValue?: boolean }) =>
      read(name, 0, '', how),
    getCredentials: async () =>
      options.credentials ?? { url: 'https://chat.example', accountId: '1', token: 'secret-1' },
    continueOnFail: () => options.continueOnFail ?? false,
    getExecutionId: () => options.executionId ?? 'x1',
    getExecutionCancelSignal: () => options.signal,
    getTimezone: () => 'Europe/Berlin',
    getInstanceId: () => 'instance-1',
    getWorkflow: () => ({ id: 'w1', name: 'test', active: false }),
    getWorkflowDataProxy: () => ({ $runIndex: 0 }),
    addExecutionHints: (...added: NodeExecutionHint[]) => void hints.push(...added),
    helpers: {
      httpRequestWithAuthentication: async (_credential: string, request: IHttpRequestOptions) => {
        requests.push(request);
        return answer((await options.authenticate?.(request)) ?? request);
      },
      httpRequest: async (request: IHttpRequestOptions) => {
        requests.push(request);
        anonymous.push(request);
        return answer(request);
      },
      assertBinaryData: (_item: number, name: string) => binary(name).data,
      getBinaryDataBuffer: async (_item: number, name: string) => binary(name).bytes,
      getBinaryStream: async (id: string) =>
        Readable.from(
          Object.values(options.binary ?? {})
            .filter(({ data }) => data.id === id)
            .map(({ bytes }) => bytes),
        ),
      prepareBinaryData: async (data: Buffer | Readable, fileName?: string, mimeType?: string) => ({
        ...{ data: (await wholeOf(data)).toString('base64'), mimeType: mimeType ?? '' },
        ...(fileName !== undefined && { fileName }),
      }),
    },
  };
  return { context: context as unknown as Fake['context'], requests, anonymous, hints };
}
