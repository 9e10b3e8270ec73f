import type {
  ICredentialType,
  IDataObject,
  IHttpRequestOptions,
  INodeExecutionData,
  INodeType,
} from 'n8n-workflow';
import { type Fake, type FakeOptions, fakeContext } from './n8n-context';
import { expectSchema } from './n8n-schema';

type Answer = Awaited<ReturnType<NonNullable<FakeOptions['http']>>>;

export interface NodeOnSandbox {
  readonly node: INodeType;
  readonly credential: ICredentialType;
  readonly fields: IDataObject;
  /** Answers in the place of a host that is not there; undefined lets the request go on. */
  readonly intercept?: (request: IHttpRequestOptions) => Answer | undefined;
}

export interface Ran extends Fake {
  readonly items: readonly INodeExecutionData[];
  /** The first item's. */
  readonly json: IDataObject;
}

export type RunOnSandbox = (parameters: IDataObject, more?: Partial<FakeOptions>) => Promise<Ran>;

/** A node with as much of n8n as ours use: its own credential authenticates, and requests go out. */
export function onSandbox({ node, credential, fields, intercept }: NodeOnSandbox): RunOnSandbox {
  return async (parameters, more = {}) => {
    const fake = fakeContext({
      parameters,
      credentials: fields,
      authenticate: async (request) => {
        if (typeof credential.authenticate !== 'function') throw new Error('not a function');
        return credential.authenticate(fields as never, request);
      },
      http: async (request) => intercept?.(request) ?? (await go(request)),
      ...more,
    });
    const [items = []] = ((await node.execute?.call(fake.context)) ?? []) as INodeExecutionData[][];
    if (more.continueOnFail !== true) expectSchema(node, parameters, items);
    return { ...fake, items, json: items[0]?.json ?? {} };
  };
}

async function go(request: IHttpRequestOptions): Promise<Answer> {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(request.qs ?? {})) {
    url.searchParams.append(name, value as string);
  }
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: request.headers as Record<string, string>,
    redirect: 'manual',
    ...(request.body !== undefined && { body: request.body as string | FormData }),
  }).catch((error: unknown) => {
    // n8n's client throws errors that carry the whole request, with what the credential has added.
    throw Object.assign(error as Error, { config: request });
  });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: request.encoding === 'arraybuffer' ? await response.arrayBuffer() : await response.text(),
  };
}
