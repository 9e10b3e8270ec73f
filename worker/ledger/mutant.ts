/**
 * For `npm run chaos` only: this program with one of its guards switched off, to show that the run notices. No command
 * names them in its help, and nothing else sets one.
 */
export const MUTANTS = ['naive-retry', 'no-send-by', 'late-result-wins', 'no-recheck'] as const;

/**
 * - `naive-retry`: what may have been sent is sent again at once, without a look-up (campaign/outcome.ts, settle.ts).
 * - `no-send-by`: the request that delivers has no last moment, so a process that slept may still make it (send-row.ts).
 * - `late-result-wins`: the result of an old attempt changes its row, whatever became of that meanwhile (land.ts).
 * - `no-recheck`: the gate looks at nothing again: campaign, lease, claim, hours, expiry, suppressions (gate.ts).
 */
export type Mutant = (typeof MUTANTS)[number];
