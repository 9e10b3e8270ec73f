const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** 30m, 12h, 2d, 90s, 1.5h. */
export const DURATION = /^(\d+(?:\.\d+)?)\s*([smhd])$/;
/** 8/s, 300/m (or 300/min), 1000/h. */
const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*(?:([smh])|(m)in)$/;

/** Milliseconds of a duration as the files write it; null when it is none, or not above zero. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text.trim());
  if (match === null) return null;
  const ms = Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
  return ms > 0 ? ms : null;
}

/** Calls per second of a rate as the accounts file writes it; null when it is none, or not above zero. */
export function parseRate(text: string): number | null {
  const match = RATE.exec(text.trim());
  if (match === null) return null;
  const perSecond = Number(match[1]) / (UNITS_MS[(match[2] ?? match[3]) as 's' | 'm' | 'h'] / 1000);
  return perSecond > 0 ? perSecond : null;
}
