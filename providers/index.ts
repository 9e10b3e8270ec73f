import type { ProviderId } from '../core/words';
import { bevatel } from './bevatel';
import { bird } from './bird';
import { chatwoot } from './chatwoot';
import { pivotcx } from './pivotcx';
import { pressnxpress } from './pressnxpress';
import type { ProviderDefinition } from './provider';

/** Every platform that there is an adapter for. */
export const providers: Partial<Record<ProviderId, ProviderDefinition>> = {
  chatwoot,
  bevatel,
  bird,
  pivotcx,
  pressnxpress,
};

/** The adapter with this name; undefined where there is none. */
export function findProvider(id: string): ProviderDefinition | undefined {
  return Object.hasOwn(providers, id) ? providers[id as ProviderId] : undefined;
}
