import type { Opening } from '../../campaign/occurrence';
import type { Run } from '../../campaign/run';
import type { Campaign, Ledger } from '../../ledger';

/** What the activities need of the process that they run in. */
export interface Deps {
  readonly ledger: Ledger;
  /** Puts together what sending a campaign needs. @throws where this process lacks its account, say. */
  readonly open: (campaign: Campaign) => Promise<Run>;
  /** Learns what people answered, before a campaign's first message in this process; without it nothing is asked. */
  readonly hear?: (campaign: Campaign, stopping: () => boolean) => Promise<void>;
  /** What opening a schedule's occurrence needs; without it this process opens none. */
  readonly opening?: Opening;
  /** True from the moment on when the process is to end: nothing more is claimed, what is in flight is finished. */
  readonly stopping: () => boolean;
}
