import { afterAll, afterEach, beforeAll } from 'vitest';
import { BevatelApi } from '../../credentials/BevatelApi.credentials';
import { ChatwootApi } from '../../credentials/ChatwootApi.credentials';
import { Bevatel } from '../../nodes/Bevatel/Bevatel.node';
import { Chatwoot } from '../../nodes/Chatwoot/Chatwoot.node';
import { type Sandbox, startSandbox } from '../../worker/sandbox';
import { onSandbox, type RunOnSandbox } from './n8n-sandbox';

export interface OnChatwoot {
  readonly sandbox: () => Sandbox;
  readonly platforms: readonly [name: string, start: () => RunOnSandbox][];
  /** The bodies of what was asked at an address that ends like this, in order. */
  readonly bodiesOf: (end: string) => readonly unknown[];
  /** The node and its credential fields, for what the editor asks. */
  readonly nodes: () => readonly { node: Chatwoot | Bevatel; fields: Record<string, string> }[];
}

const account = { accountId: '1', token: 'sandbox-token' };

/** Chatwoot and Bevatel on the sandbox. */
export function onChatwoot(): OnChatwoot {
  let sandbox: Sandbox;
  beforeAll(async () => {
    const roomy = { messagesPerMinute: 1_000 };
    sandbox = await startSandbox({ chatwoot: roomy, bevatel: roomy });
  });
  afterEach(() => sandbox.reset());
  afterAll(() => sandbox.close());

  const nodes = () => [
    { node: new Chatwoot(), fields: { ...account, url: sandbox.url } },
    { node: new Bevatel(), fields: { ...account, url: `${sandbox.url}/bevatel` } },
  ];
  const start = (index: 0 | 1) => () => {
    const { node, fields } = nodes()[index] ?? expectNode();
    const credential = index === 0 ? new ChatwootApi() : new BevatelApi();
    return onSandbox({ node, credential, fields });
  };
  return {
    sandbox: () => sandbox,
    platforms: [
      ['Chatwoot', start(0)],
      ['Bevatel', start(1)],
    ],
    bodiesOf: (end) =>
      sandbox
        .requests()
        .filter(({ path }) => path.endsWith(end))
        .map(({ body }) => JSON.parse(body)),
    nodes,
  };
}

function expectNode(): never {
  throw new Error('no such node');
}
