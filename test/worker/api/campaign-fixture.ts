import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ApiPorts } from '../../../worker/api/ports';
import { type CampaignStatus, createStatus } from '../../../worker/api/status';
import { openConnections } from '../../../worker/engine/client/connections';
import { createDesk, deskPlace, keepReading } from '../../../worker/engine/desk';
import { work } from '../../../worker/engine/work';
import type { Ledger } from '../../../worker/ledger';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../worker/sandbox';
import type { TestLedger } from '../../support/ledger';
import { accountsYaml, UNLIMITED } from '../cli/fixture';
import { type Answer, ask, type Served, serveApi } from './frame-fixture';

export interface ApiPlace extends Served {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly sandbox: Sandbox;
  /** Copies of lists are here until they are read. */
  readonly spool: string;
  ask(
    path: string,
    options?: Parameters<typeof ask>[2],
  ): Promise<Answer & { body: Record<string, unknown> }>;
  put(name: string, list: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  status(name: string): Promise<CampaignStatus>;
  /** From then on this process works and reads lists, as `campaign serve` does. */
  work(): void;
  close(): Promise<void>;
}

export interface ApiPlaceOptions {
  readonly sandbox?: SandboxOptions;
  readonly ports?: Partial<ApiPorts>;
  readonly allowLists?: readonly string[];
}

/** The API on loopback with a real desk: a ledger, a sandbox, and an account that points at it. */
export async function openApi(
  { ledger }: TestLedger,
  { sandbox: sandboxOptions = {}, ports = {}, allowLists = [] }: ApiPlaceOptions = {},
): Promise<ApiPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-api-'));
  const sandbox = await startSandbox(sandboxOptions);
  const accounts = join(folder, 'accounts.yaml');
  writeFileSync(accounts, accountsYaml(sandbox.url, UNLIMITED));
  const connections = openConnections(ledger, accounts, { inFlight: 8, leaseMs: 1_500 });
  const place = deskPlace({
    ...{ ledger, accounts, allowLists, engine: undefined, connectionOf: connections.of },
    where: join(folder, 'beside.db'),
  });
  const status = createStatus(ledger);
  const served = await serveApi(ledger, { desk: createDesk(place), status, ...ports });
  let stopping = false;
  let working: Promise<unknown> = Promise.resolve();
  return {
    ...served,
    ...{ folder, ledger, sandbox, spool: place.spoolFolder },
    ask: (path, options) => ask(served.url, path, options),
    async put(name, list, headers = {}) {
      const answer = await fetch(`${served.url}/campaigns/${name}/list`, {
        method: 'PUT',
        body: list,
        headers: { 'content-type': 'text/csv', ...headers },
      });
      const body = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, headers: answer.headers, body };
    },
    async status(name) {
      return (await ask(served.url, `/campaigns/${name}`)).body as unknown as CampaignStatus;
    },
    work() {
      working = Promise.all([
        work({
          ...{ ledger, open: connections.open, stopping: () => stopping },
          onEvent: () => undefined,
        }),
        keepReading({
          ...{ ...place, stopping: () => stopping, leaseMs: 1_500 },
          onEvent: () => undefined,
        }),
      ]);
    },
    async close() {
      stopping = true;
      await working;
      await served.close();
      status.close();
      await connections.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A campaign as it is asked for over HTTP; `more` replaces keys of the same name. */
export function asked(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'spring',
    account: 'support',
    inbox: '3',
    audience: { country: 'US' },
    consent: { method: 'form' },
    message: { text: 'Hi {{ name }}, it is time.' },
    ...more,
  };
}

export const inChunks = { country: 'US', intake: 'chunks', recipientColumns: ['phone', 'name'] };

/** Polls until a campaign is in this state. */
export async function untilState(
  place: ApiPlace,
  name: string,
  state: CampaignStatus['state'],
  timeout = 20_000,
): Promise<CampaignStatus> {
  await expect
    .poll(async () => (await place.status(name)).state, { timeout, interval: 50 })
    .toBe(state);
  return place.status(name);
}
