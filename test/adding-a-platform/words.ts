import type { ProviderId } from '../../core/words';

/** Stands for the word that a real platform adds to PROVIDERS in core/words.ts: the toy's only cast. */
export const POSTBOX = 'postbox' as string as ProviderId;
