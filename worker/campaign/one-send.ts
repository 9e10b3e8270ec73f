import { setTimeout as wait } from 'node:timers/promises';
import {
  type Campaign,
  type Claimed,
  claim,
  findSend,
  type Ledger,
  nextLook,
  openSend,
  stoppedUntil,
} from '../ledger';
import { allow, prepare, prepareContact } from './prepare-row';
import { landingOf } from './row-landing';
import type { Run } from './run';
import { type Slice, type Steps, sendRow } from './send-row';
import { explained, type OneSend, type SendTurn, spread, standOf } from './send-turn';
import { settleDue } from './settle';
import { cancelSend, theSend } from './the-send';
import { openHands, underLease } from './under-lease';

/** How long a step that was done for this very message is believed by the next one. */
const FRESH_MS = 5 * 60_000;
/** A message waits so long for its token before it makes room. */
const FOR_TOKEN_MS = 10_000;
/** How often somebody who settles looks what others have done. */
const LOOK_MS = 1_000;
/** Beyond the settle delay, which has to pass in one process, before another one may try. */
const SETTLE_MS = 3 * 60_000;
/** Messages that were found to have no conversation yet, as far as this process remembers. */
const MOST_REMEMBERED = 10_000;

export interface SendDeps {
  readonly ledger: Ledger;
  /** Puts together what sending a campaign needs. */
  readonly open: (campaign: Campaign) => Promise<Run>;
  /** True when the process is to end: what is under way is finished, and nothing else begun. */
  readonly stopping: () => boolean;
}

/** The steps of one message, each by its send id, and each safe to be asked for again: what was done is in the ledger. */
export interface SendSteps {
  /** Finds or creates the contact, and lets the row go again. */
  ensureContact(send: string): Promise<SendTurn>;
  /** The same with the conversation. */
  ensureConversation(send: string): Promise<SendTurn>;
  /** Claims the row, passes the gate, sends and records. Waits some seconds for a token. */
  sendMessage(send: string): Promise<SendTurn>;
  /** Stays until it is known what became of an open attempt, or for some minutes. */
  settle(send: string): Promise<SendTurn>;
  /** Cancels it, where it is a campaign of its own, and says how it stands. */
  cancelSend(send: string): Promise<SendTurn>;
}

/**
 * The steps of messages that are sent by a workflow each. All of them throw `NoSuchSend`, what `open` throws, and the
 * ledger's errors.
 */
export function createSendSteps(deps: SendDeps): SendSteps {
  const { ledger, stopping } = deps;
  const noneOpen = new Map<string, number>();

  function remember(send: string): void {
    noneOpen.delete(send);
    noneOpen.set(send, performance.now());
    const [oldest] = noneOpen.keys();
    if (noneOpen.size > MOST_REMEMBERED && oldest !== undefined) noneOpen.delete(oldest);
  }

  const stepsOf = (send: string): Steps => ({
    freshMs: FRESH_MS,
    noneOpen: () => performance.now() - (noneOpen.get(send) ?? Number.NEGATIVE_INFINITY) < FRESH_MS,
  });

  /** Claims the row, where it may be claimed now, and does something with it; then says how it stands. */
  async function withRow(
    send: string,
    use: (slice: Slice, row: Claimed) => Promise<SendTurn | null>,
  ): Promise<SendTurn> {
    const one = await theSend(ledger, send);
    const before = await standOf(ledger, one, ledger.now());
    if (before !== null && before.state !== 'not_before') return before;
    const run = await deps.open(one.campaign);
    const { seq } = one;
    const told = async (turn: SendTurn): Promise<SendTurn> =>
      explained(
        run,
        turn,
        (await findSend(ledger.db, run.campaign.id, seq))?.zone ?? null,
        run.clock(),
      );
    const standing = await standOf(ledger, one, run.clock());
    if (standing !== null) return told(standing);
    if (stopping()) return { state: 'not_before', at: spread(run.clock()), why: 'draining' };
    const { campaign, clock, policy, holder } = run;
    const lease = await openSend(ledger, campaign.id, {
      holder,
      now: clock(),
      leaseMs: policy.leaseMs,
    });
    let claimed = false;
    const turn = await underLease(run, lease, async (held) => {
      // Another process may have been asked to wait.
      run.brake.stop((await stoppedUntil(ledger.db, campaign.account)).until);
      const slice = await openHands(run, lease, held, stepsOf(send));
      const rows = await claim(ledger, campaign, run.inbox.id, lease, 1, clock(), run.exclude, seq);
      const [row] = rows;
      if (row === undefined) return null;
      claimed = true;
      return use(slice, row);
    });
    if (turn !== null) return turn;
    const after = await standOf(ledger, one, clock());
    if (after !== null) return told(after);
    // It is due and was let go: for want of a token, or because the person is in work elsewhere.
    return claimed
      ? { state: 'not_before', at: spread(clock() + 250), why: 'throttled' }
      : { state: 'not_before', at: spread(clock() + 1_000), why: 'in_work' };
  }

  return {
    ensureContact: (send) =>
      withRow(send, async (slice, row) => {
        const allowed = allow(slice, row);
        if (allowed === null) return null;
        const done = await prepareContact(slice, row, allowed);
        if (done === null) return null;
        landingOf(
          slice,
          row,
        )({
          to: 'pending',
          contactId: done.contact.id,
          ...(done.asked
            ? { book: { address: row.address, watermark: null, verifiedAt: slice.run.clock() } }
            : {}),
        });
        return { state: 'ready' };
      }),

    ensureConversation: (send) =>
      withRow(send, async (slice, row) => {
        const allowed = allow(slice, row);
        if (allowed === null) return null;
        const done = await prepare(slice, row, allowed);
        if (done === null) return null;
        const { contact, conversation, verifiedAt } = done;
        landingOf(
          slice,
          row,
        )({
          to: 'pending',
          contactId: contact.id,
          conversationId: conversation.id,
          book: { address: row.address, watermark: conversation.watermark, verifiedAt },
        });
        if (conversation.id === null) remember(send);
        return { state: 'ready' };
      }),

    sendMessage: (send) =>
      withRow(send, async (slice, row) => {
        const began = performance.now();
        const watchman = setInterval(() => {
          if (stopping() || performance.now() - began > FOR_TOKEN_MS) slice.committer.release();
        }, 100);
        try {
          await sendRow(slice, row);
        } finally {
          clearInterval(watchman);
        }
        return null;
      }),

    async settle(send) {
      const one = await theSend(ledger, send);
      const first = await standOf(ledger, one, ledger.now());
      if (first !== null && first.state !== 'open') return first;
      const run = await deps.open(one.campaign);
      return settleOpen(run, one, stopping);
    },

    cancelSend: (send) => cancelSend(ledger, send),
  };
}

async function settleOpen(run: Run, one: OneSend, stopping: () => boolean): Promise<SendTurn> {
  const { ledger, campaign, clock, policy, holder } = run;
  const { seq } = one;
  const began = performance.now();
  const over = (): boolean =>
    stopping() || performance.now() - began > policy.settleDelayMs + SETTLE_MS;
  const lease = await openSend(ledger, campaign.id, {
    holder,
    now: clock(),
    leaseMs: policy.leaseMs,
  });
  return underLease(run, lease, async ({ committer, watch }) => {
    for (;;) {
      const now = clock();
      const turn = await standOf(ledger, one, now);
      if (turn?.state !== 'open') {
        return turn ?? { state: 'not_before', at: spread(now, 200), why: 'retry' };
      }
      if (over()) return turn;
      const look = await nextLook(ledger.db, campaign, now, seq);
      const stop = Math.max(
        (await stoppedUntil(ledger.db, campaign.account)).until,
        run.brake.until(),
      );
      // While the account stays away from the platform, nothing is looked up either.
      const at = Math.max(look ?? now + LOOK_MS, stop);
      if (at > now) await wait(Math.max(10, Math.min(at - now, LOOK_MS)));
      else await settleDue(run, committer, watch, () => !over(), seq);
    }
  });
}
