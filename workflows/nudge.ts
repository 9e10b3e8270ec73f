import { defineSignal } from '@temporalio/workflow';

/** Somebody changed something in the ledger: look there now. It says nothing else, and losing it costs only time. */
export const nudge = defineSignal('nudge');
