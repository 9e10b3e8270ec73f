import { findSent } from '../../activities';
import { isProviderError } from '../../core/errors';
import type { Finding, Trace } from '../../providers/provider';
import { pause } from './pace';
import { type Connection, canBeFound } from './platform';

export interface Settling {
  /** How long to go on asking; absence is proven only after the platform's own settle delay. */
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Seconds between look-ups: a lost answer is mostly found at once, or not for a long time. */
const GAPS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/**
 * What became of an attempt whose answer was lost, asked at growing intervals. `absent` comes back only where it is
 * proven: a complete look-up begun when the platform could no longer commit the request.
 */
export async function settle(
  connection: Connection,
  key: string,
  trace: Trace,
  endedMs: number,
  { waitMs, signal }: Settling,
): Promise<Finding> {
  const { provider, platform } = connection;
  const { settleDelayMs } = platform.definition.capabilities;
  const stopMs = performance.now() + waitMs;
  for (let round = 0; ; round += 1) {
    const begunMs = performance.now();
    const finding = await lookUp(provider, key, trace);
    const proven = begunMs >= endedMs + settleDelayMs;
    if (finding.kind === 'found' || (finding.kind === 'absent' && proven)) return finding;
    const nextMs = nextLookUp(performance.now(), round, stopMs, endedMs + settleDelayMs);
    if (!canLookUp(trace, connection) || nextMs === undefined) return stillOpen(finding);
    if (!(await pause(nextMs - performance.now(), signal))) return stillOpen(finding);
  }
}

/** The moment of the next look-up: a gap skips neither the one that can prove absence nor the last one. */
function nextLookUp(
  nowMs: number,
  round: number,
  stopMs: number,
  provenMs: number,
): number | undefined {
  const gap = GAPS_MS[Math.min(round, GAPS_MS.length - 1)] ?? 0;
  const next = nowMs < provenMs ? Math.min(nowMs + gap, provenMs) : nowMs + gap;
  return nowMs < stopMs ? Math.min(next, stopMs) : undefined;
}

/** Whether asking again can bring more: where a message cannot be found by anything of its own, one look says all. */
function canLookUp(trace: Trace, { provider, platform }: Connection): boolean {
  return provider.findSent !== undefined && canBeFound(platform, trace.inbox);
}

function stillOpen(finding: Finding): Finding {
  if (finding.kind !== 'absent') return finding;
  return { kind: 'unclear', why: 'not found so far, and the platform may still commit it' };
}

/** A look-up that fails concludes nothing. */
async function lookUp(
  provider: Connection['provider'],
  key: string,
  trace: Trace,
): Promise<Finding> {
  try {
    return await findSent(provider, key, { ...trace, until: Date.now() });
  } catch (error) {
    return { kind: 'unclear', why: isProviderError(error) ? error.message : 'the look-up failed' };
  }
}
