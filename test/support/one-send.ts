import type { Provider } from '../../providers/provider';
import { createSendSteps, type SendSteps } from '../../worker/campaign/one-send';
import type { Policy, Run } from '../../worker/campaign/run';
import { type Campaign, type Ledger, needCampaign, sendIdOf } from '../../worker/ledger';
import { running } from './ledger';
import { scriptedRun } from './scripted-run';

/** A running campaign of `n` people, each of whose messages is a workflow's. */
export async function runningByMessage(
  ledger: Ledger,
  name: string,
  n: number,
  now: number,
): Promise<Campaign> {
  const { id } = await running(ledger, name, n, now);
  await ledger.db
    .updateTable('campaigns')
    .set({ engine: 'temporal', orchestrate: 'message' })
    .where('id', '=', id)
    .execute();
  return needCampaign(ledger.db, name);
}

export interface StepsOf {
  readonly ledger: Ledger;
  readonly campaign: Campaign;
  readonly provider: Provider;
  readonly clock: () => number;
  readonly policy?: Partial<Policy>;
  readonly more?: Partial<Run>;
  readonly stopping?: () => boolean;
}

/** The steps of a campaign's messages as one process takes them; each row is named by its `seq`. */
export function stepsOf({ stopping = () => false, ...worker }: StepsOf) {
  const { campaign, clock } = worker;
  // A ledger whose time is the test's own.
  const ledger: Ledger = { ...worker.ledger, now: clock };
  const steps = createSendSteps({
    ledger,
    open: (current) => Promise.resolve(scriptedRun({ ...worker, ledger, campaign: current })),
    stopping,
  });
  const by = (step: keyof SendSteps) => (seq: number) => steps[step](sendIdOf(campaign, seq));
  return {
    contact: by('ensureContact'),
    conversation: by('ensureConversation'),
    message: by('sendMessage'),
    settle: by('settle'),
    cancel: by('cancelSend'),
  };
}
