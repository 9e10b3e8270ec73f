import type { Call } from './platform';
import { randomSequence } from './random';

export const FAULTS = [
  /** The connection is cut; nothing was processed. */
  'drop_before_commit',
  /** Processed; the connection is cut before a byte of the answer. */
  'drop_after_commit',
  /** Processed; the connection is cut in the middle of the answer's body. */
  'cut_after_commit',
  /** `status` (500) without processing. */
  'error_before_commit',
  /** Processed, then `status` (500). */
  'error_after_commit',
  /** Processed, then a 422 in the platform's own shape with `text`. */
  'refused_after_commit',
  /** 429 with `Retry-After: retryAfter` (1); not processed. */
  'rate_limited',
  /** 429 `text/plain` "Retry later\n" without `Retry-After`; not processed. */
  'retry_later',
  /** Normal after `ms` (1000); with `commitFirst` it is processed at once and only the answer waits. */
  'slow',
  /** Processed `ms` (1000) after the connection was cut; with `hold` it stays open and silent instead. */
  'late_commit',
  /** 200 with a body that is not JSON; not processed. */
  'garbage_before_commit',
  /** Processed, then 200 with a body that is not JSON. */
  'garbage_after_commit',
  /** Processed, then 200 with an empty body. */
  'empty_after_commit',
  /** Processed, then the first half of the answer as if it were all. */
  'truncated_after_commit',
  /** Contact create: another request won unseen, and both contacts exist. */
  'duplicate_phone',
  /** Contact create: another request created the same contact a moment before. */
  'phone_taken',
  /** The token is not known any more. */
  'wrong_token',
] as const;
export type FaultName = (typeof FAULTS)[number];

export interface FaultOptions {
  readonly ms?: number;
  readonly status?: number;
  readonly retryAfter?: number;
  readonly text?: string;
  readonly hold?: boolean;
  readonly commitFirst?: boolean;
}

export interface FaultMatch {
  readonly method?: string;
  /** A regular expression on the path. */
  readonly path?: string;
  /** True for requests that deliver a message, false for all others. */
  readonly delivers?: boolean;
  /** Only the nth request that matches, from 1. */
  readonly nth?: number;
  /** Every nth request that matches. */
  readonly every?: number;
  /** Between 0 and 1; deterministic for a seed: it depends on the position among the matching requests only. */
  readonly probability?: number;
}

export interface FaultRule {
  readonly match?: FaultMatch;
  readonly fault: FaultName;
  /** How often it may happen; without it, without end. */
  readonly times?: number;
  readonly options?: FaultOptions;
}

export interface Fault {
  readonly name: FaultName;
  readonly options: FaultOptions;
}

export interface Faults {
  /** Replaces all rules. Throws an Error that names what is wrong with a rule. */
  set(rules: readonly FaultRule[]): void;
  clear(): void;
  /** The fault of this request, if any: the header `x-sandbox-fault` first, then the first rule that strikes. */
  choose(call: Call, delivers: () => boolean): Fault | undefined;
  /** How often each fault struck. */
  struck(): Record<string, number>;
  reset(): void;
}

interface ArmedRule {
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  readonly random: () => number;
  matched: number;
  fired: number;
}

export function createFaults(seed: number): Faults {
  let armed: ArmedRule[] = [];
  let struck: Record<string, number> = {};

  function strike(fault: Fault): Fault {
    struck[fault.name] = (struck[fault.name] ?? 0) + 1;
    return fault;
  }

  return {
    set(rules) {
      armed = rules.map((rule, index) => arm(rule, seed + index));
    },
    clear() {
      armed = [];
    },
    choose(call, delivers) {
      const header = call.headers['x-sandbox-fault'];
      if (typeof header === 'string') return strike(parseFaultHeader(header));
      for (const each of armed) {
        if (strikes(each, call, delivers)) {
          return strike({ name: each.rule.fault, options: each.rule.options ?? {} });
        }
      }
      return undefined;
    },
    struck: () => ({ ...struck }),
    reset() {
      armed = [];
      struck = {};
    },
  };
}

function arm(rule: FaultRule, seed: number): ArmedRule {
  if (!FAULTS.includes(rule.fault)) throw new Error(unknownFault(String(rule.fault)));
  const path = rule.match?.path;
  return {
    rule,
    path: path === undefined ? undefined : new RegExp(path),
    random: randomSequence(seed),
    matched: 0,
    fired: 0,
  };
}

function strikes(each: ArmedRule, call: Call, delivers: () => boolean): boolean {
  const { match = {}, times } = each.rule;
  if (times !== undefined && each.fired >= times) return false;
  if (match.method !== undefined && match.method.toUpperCase() !== call.method) return false;
  if (each.path !== undefined && !each.path.test(call.path)) return false;
  if (match.delivers !== undefined && match.delivers !== delivers()) return false;
  each.matched += 1;
  // Drawn for every matching request, so that the sequence does not depend on the other conditions.
  const draw = match.probability === undefined ? 0 : each.random();
  if (match.nth !== undefined && each.matched !== match.nth) return false;
  if (match.every !== undefined && each.matched % match.every !== 0) return false;
  if (match.probability !== undefined && draw >= match.probability) return false;
  each.fired += 1;
  return true;
}

/** `name` or `name;ms=200;hold=true`. Throws an Error for a name that is not a fault. */
function parseFaultHeader(header: string): Fault {
  const [name = '', ...rest] = header.split(';').map((part) => part.trim());
  if (!(FAULTS as readonly string[]).includes(name)) throw new Error(unknownFault(name));
  const options: Record<string, string | number | boolean> = {};
  for (const part of rest) {
    const [key = '', value = 'true'] = part.split('=');
    options[key] = value === 'true' ? true : value === 'false' ? false : numberOrText(value);
  }
  return { name: name as FaultName, options };
}

function numberOrText(value: string): number | string {
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

function unknownFault(name: string): string {
  return `there is no fault "${name}"; there are: ${FAULTS.join(', ')}`;
}
