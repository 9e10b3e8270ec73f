import type { AddressKind, CallKind, Channel, ProviderId } from '../../../core/words';
import { findProvider } from '../../../providers';
import type { Account } from '../../campaign/accounts-file';
import { limitsOf } from '../connect';

/** An account as others may see it: never its credentials. */
export interface AccountSummary {
  readonly name: string;
  readonly platform: ProviderId;
  /** The platform's name for a person. */
  readonly platformName: string;
  readonly channels: readonly Channel[];
  readonly addressKinds: readonly AddressKind[];
  readonly text: boolean;
  readonly template: boolean;
  /** Calls per second by kind; a kind without a limit is absent. */
  readonly limits: Readonly<Partial<Record<CallKind, number>>>;
  /** Whether the platform can tell this runner what became of messages. */
  readonly webhooks: boolean;
}

export function summaryOf(account: Account): AccountSummary {
  const definition = findProvider(account.platform);
  if (definition === undefined) throw new Error(`no adapter for ${account.platform}`);
  const { channels, addressKinds, text, template } = definition.capabilities;
  return {
    name: account.name,
    platform: account.platform,
    platformName: definition.displayName,
    channels,
    addressKinds,
    text,
    template,
    limits: limitsOf(account, definition),
    webhooks: definition.webhook !== undefined,
  };
}
