import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import { ensureContact, ensureConversation, sendMessage } from '../../../activities';
import type { DeliveryEvent } from '../../../core/delivery';
import type { Address, Content } from '../../../core/message';
import type { ProviderId } from '../../../core/words';
import { providers } from '../../../providers';
import {
  type Inbox,
  type Provider,
  type ProviderDefinition,
  type Receipt,
  settingsOf,
} from '../../../providers/provider';
import { createTransport } from '../../../worker/http/transport';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../worker/sandbox';
import { REHEARSALS } from '../../../worker/sandbox/rehearsals';

const closing: (() => Promise<unknown> | void)[] = [];

/** Closes what a test opened, the newest first. */
export function closeAfter(close: () => Promise<unknown> | void): void {
  closing.push(close);
}

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A sandbox for one test. */
export async function startOne(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  closeAfter(() => sandbox.close());
  return sandbox;
}

export interface Connected {
  readonly definition: ProviderDefinition;
  readonly provider: Provider;
  readonly inbox: Inbox;
  /** One message to somebody, as a campaign sends it. */
  write(address: Address, content?: Content): Promise<Receipt & { readonly key: string }>;
  /** All that the platform tells of the last minutes. */
  catchUp(): Promise<readonly DeliveryEvent[]>;
}

/** The account with which the sandbox is rehearsed on, spoken to by the product's own adapter and transport. */
export async function connectTo(
  sandbox: Sandbox,
  platform: ProviderId,
  { inboxId, settings = {} }: { inboxId?: string; settings?: Record<string, string> } = {},
): Promise<Connected> {
  const definition = providers[platform] as ProviderDefinition;
  const { mount, credentials, inbox: usual } = REHEARSALS[platform];
  const fields = { ...credentials, url: `${sandbox.url}${mount}`, ...settings };
  const transport = createTransport(definition.authorize(fields), { timeoutMs: 5_000 });
  closeAfter(() => transport.destroy());
  const provider = definition.connect(transport.http, settingsOf(definition, fields));
  const inboxes = await provider.listInboxes();
  const inbox = inboxes.find(({ id }) => id === (inboxId ?? usual)) as Inbox;
  return {
    definition,
    provider,
    inbox,
    async write(address, content = { kind: 'text', text: 'Your order is ready.' }) {
      const key = randomUUID();
      const profile = { firstName: 'Ada', lastName: address.value };
      const contact = await ensureContact(provider, { address, profile, inbox });
      const step = { contact, address, inbox, content, profile };
      const conversation = await ensureConversation(provider, step);
      return { key, ...(await sendMessage(provider, { ...step, key, attempt: 1, conversation })) };
    },
    async catchUp() {
      const events: DeliveryEvent[] = [];
      const now = Date.now();
      for await (const page of provider.catchUp?.(now - 600_000, now) ?? []) events.push(...page);
      return events;
    },
  };
}

let people = 100;

/** Somebody whom no test has met. */
export function somebody(): Address {
  people = people === 199 ? 100 : people + 1;
  return { kind: 'phone', value: `+12025550${people}` };
}
