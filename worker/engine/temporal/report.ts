import { isAway, isLocked } from '../../ledger';
import type { Target } from './connection';
import type { Standing } from './standing';
import { isRefusal } from './tell';
import { type Trouble, troubleOf, wordsOf } from './trouble';

/** `why` is a sentence that says what to do. */
export type TroubleEvent =
  | { readonly kind: 'away'; readonly what: 'temporal' | 'ledger'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'back' };

/** What a worker is in trouble with; `refused`: the server is there, and does not want something that it is told. */
type Ill = Trouble | 'ledger' | 'refused';
export type Report = (who: 'polling' | 'telling', ill: Ill | null) => void;

/** Two things go on at once, and each may be in trouble: it is told when that begins, changes and is over. */
export function reporter(
  { onEvent, standing }: { onEvent: (event: TroubleEvent) => void; standing?: Standing },
  target: Target,
): Report {
  const now: Record<'polling' | 'telling', Ill | null> = { polling: null, telling: null };
  let told: Ill | null = null;
  return (who, ill) => {
    now[who] = ill;
    // What stands in the way of polling says more: telling may have nothing to tell.
    const is = now.polling ?? now.telling;
    if (standing !== undefined) standing.trouble = is === 'ledger' || is === 'refused' ? null : is;
    if (is === told) return;
    const before = told;
    told = is;
    if (is === null) {
      if (before !== 'refused') onEvent({ kind: 'back' });
    } else if (is === 'refused') onEvent({ kind: 'refused', why: refusalOf(target) });
    else if (is === 'ledger') onEvent({ kind: 'away', what: 'ledger', why: LEDGER_AWAY });
    else onEvent({ kind: 'away', what: 'temporal', why: wordsOf(is, target) });
  };
}

const LEDGER_AWAY = 'The ledger cannot be reached.';
const refusalOf = ({ address, namespace }: Target): string =>
  `Temporal at ${address} (namespace ${namespace}) refuses something that it is told of campaigns or schedules. It is told again and again, and the others are told meanwhile. ` +
  'Look at the outbox in /metrics, and in the server’s log for what is invalid, such as a search attribute or a time zone.';

/** What an error of telling says. */
export function illOf(error: unknown): Ill {
  if (isAway(error) || isLocked(error)) return 'ledger';
  return troubleOf(error) ?? (isRefusal(error) ? 'refused' : 'away');
}
