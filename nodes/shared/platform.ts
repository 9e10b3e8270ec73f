/**
 * nodes: what n8n shows and calls. A node reads parameters, makes the calls of `activities` through n8n's own HTTP
 * client, and returns items. Everything that is the same on each platform is in this folder.
 */
import { createHash } from 'node:crypto';
import { type Http, hideSecrets, secretsIn } from '../../core/http';
import { credentialFields } from '../../credentials/fields';
import {
  type Inbox,
  type Provider,
  type ProviderDefinition,
  settingsOf,
} from '../../providers/provider';
import { createTransport, type NodeContext } from './transport';

/** A platform as its node knows it. */
export interface Platform<P extends Provider = Provider> {
  readonly definition: ProviderDefinition<P>;
  /** Name of the n8n credential that holds the account. */
  readonly credentialName: string;
  /** What the platform calls an inbox; `Inbox` where absent. Null where an account is one inbox, so that none is chosen. */
  readonly inboxWord?: string | null;
}

/** An account, connected for one execution of a node. */
export interface Connection<P extends Provider = Provider> {
  readonly platform: Platform<P>;
  readonly provider: P;
  /** Names the account in the memory of this process; no secret in it. */
  readonly account: string;
}

/** Connects with the credential of the node. `around` is put between the provider and n8n's HTTP client. */
export async function connectAccount<P extends Provider>(
  context: NodeContext,
  platform: Platform<P>,
  timeoutMs?: number,
  around: (http: Http) => Http = (http) => http,
): Promise<Connection<P>> {
  const fields = credentialFields(await context.getCredentials(platform.credentialName));
  const authorization = platform.definition.authorize(fields);
  const { baseUrl } = authorization;
  const secrets = secretsIn(authorization);
  const transport = createTransport(context, platform.credentialName, baseUrl, timeoutMs);
  const settings = settingsOf(platform.definition, fields);
  return {
    platform,
    provider: platform.definition.connect(
      around(async (request) => hideSecrets(await transport(request), secrets)),
      settings,
    ),
    account: fingerprint(platform.definition.id, baseUrl, JSON.stringify(settings)),
  };
}

/** Whether a message whose answer was lost can be found in this inbox, by a mark of its own. */
export function canBeFound({ definition }: Platform, inbox: Inbox): boolean {
  return inbox.lookup && definition.capabilities.deduplicates !== 'no';
}

/** 32 characters that stand for the parts, in the alphabet of a send key. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
}
