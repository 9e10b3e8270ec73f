import { isProviderError, type ProviderError } from '../../core/errors';
import { control, stoppedUntil, tally } from '../ledger';
import type { Run } from './run';

/** Is it the account? */
export type Verdict = 'fine' | 'refused' | 'unsure';

/** Below this many ends a percentage says nothing. */
const ENOUGH_TO_JUDGE = 20;
/** After a failure the counters are looked at this soon: by then it is in them, and a fast campaign is not far on. */
const LOOK_SOON_MS = 200;

export interface Watch {
  succeeded(): void;
  /** A row failed; `what` is the same for the same cause, `words` say it without naming anybody. */
  failed(what: string, words: string): void;
  /** Looks at the campaign's state and counters; pauses the campaign when too much fails. */
  look(): Promise<void>;
  /**
   * Asks the platform whether the account is fine, and pauses the campaign when it is not; `unsure` when the platform
   * cannot be asked now. One question serves all rows.
   */
  account(suspect: ProviderError): Promise<Verdict>;
  halt(): void;
  /** True when no further row is to be begun. */
  halted(): boolean;
}

/** Watches over a slice: notices a pause from elsewhere, and pauses the campaign itself when something is wrong. */
export function createWatch(run: Run): Watch {
  const { ledger, campaign, policy, clock } = run;
  let halted = false;
  const { failures } = run;
  let question: Promise<Verdict> | null = null;
  let soon: NodeJS.Timeout | undefined;

  async function pause(why: string): Promise<void> {
    halted = true;
    await control(ledger, campaign.name, { action: 'pause', by: 'self', why }, clock()).catch(
      () => undefined,
    );
  }

  function lookSoon(): void {
    if (policy.failedPercent === null || soon !== undefined) return;
    soon = setTimeout(() => {
      soon = undefined;
      look().catch(() => undefined);
    }, LOOK_SOON_MS);
    soon.unref();
  }

  async function look(): Promise<void> {
    const now = await ledger.db
      .selectFrom('campaigns')
      .select(['state', 'judged_sent', 'judged_failed'])
      .where('id', '=', campaign.id)
      .executeTakeFirst();
    if (now?.state !== 'running') halted = true;
    // Another process may have been asked to wait.
    run.brake.stop((await stoppedUntil(ledger.db, campaign.account)).until);
    if (policy.failedPercent === null || now === undefined) return;
    const { counts } = await tally(ledger.db, campaign.id);
    // From its last start on: what a person has seen and resumed does not pause it again.
    const failed = Math.max(0, counts.failed - now.judged_failed);
    const ended = Math.max(0, counts.sent - now.judged_sent) + failed;
    const percent = (100 * failed) / Math.max(1, ended);
    if (ended >= ENOUGH_TO_JUDGE && percent > policy.failedPercent) {
      await pause(
        `${percent.toFixed(1)} % of ${ended} failed, more than the ${policy.failedPercent} % allowed`,
      );
    }
  }

  return {
    succeeded() {
      failures.inARow = 0;
      failures.since = clock();
    },
    failed(what, words) {
      lookSoon();
      failures.inARow = what === failures.last ? failures.inARow + 1 : 1;
      failures.last = what;
      if (failures.inARow < policy.sameFailureInARow || halted) return;
      void pause(
        `${failures.inARow} in a row ended alike: ${words}. See campaign results for the platform's own words`,
      );
      failures.inARow = 0;
    },
    look,
    async account(suspect) {
      question ??= ask(run, suspect).finally(() => {
        question = null;
      });
      const verdict = await question;
      if (verdict === 'refused' && !halted) await pause(pauseReason(suspect));
      return verdict;
    },
    halt() {
      halted = true;
    },
    halted: () => halted,
  };
}

async function ask({ provider }: Run, suspect: ProviderError): Promise<Verdict> {
  if (provider.ping === undefined) return 'refused';
  try {
    await provider.ping();
    return 'fine';
  } catch (error) {
    // Only the same kind of refusal confirms it; a platform that is down now says nothing of the account.
    return isProviderError(error) && error.code === suspect.code ? 'refused' : 'unsure';
  }
}

function pauseReason(error: ProviderError): string {
  const status = error.status === undefined ? '' : ` (${error.status})`;
  return error.code === 'auth_failed'
    ? `the platform does not accept the account's credentials${status}: see campaign accounts test`
    : `the platform answers in a shape that this version does not know${status}`;
}
