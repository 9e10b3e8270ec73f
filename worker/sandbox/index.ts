import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { ProviderId } from '../../core/words';
import { type Bevatel, type BevatelOptions, createBevatel } from './bevatel';
import { type Bird, type BirdOptions, createBird } from './bird';
import { type Chatwoot, type ChatwootOptions, createChatwoot } from './chatwoot';
import { createControl, type Summary, summarise } from './control';
import { type CountedMessage, createCounts } from './counts';
import { type CrowdRules, createCrowd } from './crowd';
import { createFaults, type FaultRule } from './faults';
import { createFront } from './front';
import { createMinuteLimit } from './minute-limit';
import { createOutbox, type WebhookTargets } from './outgoing';
import { createPivotcx, type Pivotcx, type PivotcxOptions } from './pivotcx';
import type { Change, Noted, OtherSide, Platform, Said } from './platform';
import { createPressnxpress, type Pressnxpress, type PressnxpressOptions } from './pressnxpress';
import { createRequestLog, type LoggedRequest } from './request-log';

export type { BevatelOptions } from './bevatel';
export type { BirdOptions } from './bird';
export type { ChatwootOptions } from './chatwoot';
export type { Summary } from './control';
export type { CountedMessage } from './counts';
export type { CrowdRules } from './crowd';
export { describeSandbox } from './describe';
export type { FaultName, FaultRule } from './faults';
export type { WebhookTargets } from './outgoing';
export type { PivotcxOptions } from './pivotcx';
export type { PressnxpressOptions } from './pressnxpress';
export type { LoggedRequest } from './request-log';

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds that every request waits before it is processed and answered. */
  readonly latencyMs?: number;
  /** Fault rules from the start. */
  readonly faults?: readonly FaultRule[];
  /** Makes rules with a probability repeatable. */
  readonly seed?: number;
  /** A limit per client address over all paths, as Chatwoot has it (3000 a minute there). Off by default. */
  readonly rateLimit?: { readonly perMinute: number };
  /** How many requests are kept; false or 0 keeps none. 10,000 by default. */
  readonly requestLog?: number | false;
  /** False keeps only the counts per recipient, not the messages' texts. */
  readonly keepMessages?: boolean;
  /** What people do by themselves with what they get; nothing by default. */
  readonly people?: CrowdRules;
  /** Whom platforms call; nobody by default. */
  readonly webhooks?: WebhookTargets;
  readonly chatwoot?: ChatwootOptions;
  readonly bevatel?: BevatelOptions;
  readonly bird?: BirdOptions;
  readonly pivotcx?: PivotcxOptions;
  readonly pressnxpress?: PressnxpressOptions;
}

export interface Sandbox {
  /** The base address of the platforms, without a trailing slash. */
  readonly url: string;
  /** Chatwoot's own knobs: seeding contacts and their messages. */
  readonly chatwoot: Chatwoot;
  readonly bevatel: Bevatel;
  readonly bird: Bird;
  readonly pivotcx: Pivotcx;
  readonly pressnxpress: Pressnxpress;
  /** Messages that would be delivered, per recipient's address. */
  accepted(): Map<string, number>;
  /** Every outgoing message in order of commit, with whether it would be delivered. */
  messages(): readonly CountedMessage[];
  requests(): readonly LoggedRequest[];
  summary(): Summary;
  /** Replaces all fault rules. Throws an Error for a fault that does not exist. */
  setFaults(rules: readonly FaultRule[]): void;
  clearFaults(): void;
  /** A person writes. Throws an Error where the platform, the inbox or the person is not there. */
  reply(said: Said & { readonly platform: ProviderId }): Noted;
  /** A message is delivered, read or fails. Throws an Error where it is not there. */
  deliver(change: Change & { readonly platform: ProviderId }): Noted;
  /** Replaces the rules by which people act by themselves. */
  setPeople(rules: CrowdRules): void;
  /** Replaces all addresses that platforms call; none: they call nobody. Throws an Error for one that is not on this machine. */
  setWebhooks(targets: WebhookTargets): void;
  /** Platforms, counts, log and faults back to the start. */
  reset(): void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts the platforms' HTTP APIs on loopback: faithful enough that an adapter cannot tell, with faults on demand, and
 * with a count of what every person would have received.
 *
 * @throws Error when the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed = options.seed ?? 1;
  const outbox = createOutbox();
  const crowd = createCrowd(seed, (id) => platforms.find((each) => each.id === id)?.otherSide);
  const counts = createCounts({ keepMessages: options.keepMessages ?? true, got: crowd.got });
  const faults = createFaults(seed);
  const log = createRequestLog(options.requestLog === false ? 0 : (options.requestLog ?? 10_000));
  const limit = options.rateLimit && createMinuteLimit(options.rateLimit.perMinute);
  const chatwoot = createChatwoot(options.chatwoot ?? {}, counts, outbox);
  const bevatel = createBevatel(options.bevatel ?? {}, counts, outbox);
  const bird = createBird(options.bird ?? {}, counts, outbox);
  const pivotcx = createPivotcx(options.pivotcx ?? {}, counts);
  const pressnxpress = createPressnxpress(options.pressnxpress ?? {}, counts);
  // The one at the root comes last: it takes what is left.
  const platforms: readonly Platform[] = [
    bevatel.platform,
    bird.platform,
    pivotcx.platform,
    pressnxpress.platform,
    chatwoot.platform,
  ];
  const front = createFront({
    platformAt: (path) =>
      platforms.find(({ mount }) => mount === '' || path.startsWith(`${mount}/`)),
    faults,
    log,
    limit,
    latencyMs: options.latencyMs ?? 0,
  });
  faults.set(options.faults ?? []);
  crowd.setRules(options.people ?? {});
  outbox.setTargets(options.webhooks ?? {});

  function otherSide(id: string): OtherSide {
    const platform = platforms.find((each) => each.id === id);
    if (platform === undefined) throw new Error(`there is no platform "${id}"`);
    if (platform.otherSide !== undefined) return platform.otherSide;
    throw new Error(`people cannot be heard on ${id}, and it tells nothing of its messages`);
  }

  const summary = (): Summary => summarise(front.traffic(), { counts, faults, crowd, outbox });

  function reset(): void {
    crowd.reset();
    outbox.reset();
    counts.reset();
    faults.reset();
    log.reset();
    front.reset();
    limit?.reset();
    for (const platform of platforms) platform.reset();
  }

  const parts = { counts, faults, log, crowd, outbox, platforms };
  const control = createControl({ ...parts, summary, otherSide, reset });
  // Hono's adapter would otherwise replace the global Request and Response of a process that hosts a sandbox.
  const controlListener = getRequestListener(control.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith('/_sandbox')) void controlListener(incoming, outgoing);
    else void front.handle(incoming, outgoing);
  });
  const port = await listen(server, options.port ?? 0);

  return {
    url: `http://127.0.0.1:${port}`,
    chatwoot,
    bevatel,
    bird,
    pivotcx,
    pressnxpress,
    accepted: counts.accepted,
    messages: counts.messages,
    requests: log.all,
    summary,
    setFaults: faults.set,
    clearFaults: faults.clear,
    reply: ({ platform, ...said }) => otherSide(platform).reply(said),
    deliver: ({ platform, ...change }) => otherSide(platform).deliver(change),
    setPeople: crowd.setRules,
    setWebhooks: outbox.setTargets,
    reset,
    close() {
      crowd.close();
      outbox.close();
      return close(server);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  // Longer than any client keeps an idle connection: a reset must come from a fault, not from housekeeping.
  server.keepAliveTimeout = 120_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
