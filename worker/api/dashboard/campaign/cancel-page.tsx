import type { FC } from 'hono/jsx';
import type { Caller } from '../../auth';
import type { CampaignStatus } from '../../status';
import { Frame } from '../frame';
import { Icon } from '../icons';
import { many } from '../words';
import { pathOf } from './actions';

/** Asks once more: it cannot be taken back. */
export const CancelPage: FC<{ status: CampaignStatus; caller: Caller }> = ({ status, caller }) => {
  const { name, counts } = status;
  const waiting = counts.pending + counts.claimed;
  return (
    <Frame title={`Cancel ${name}`} here="campaigns" caller={caller}>
      <div class="sheet stack">
        <h1>Cancel {name} for good?</h1>
        <div class="note warn">
          <Icon name="delivery_failed" />
          <p>
            <strong>{many(waiting, 'row')} would be skipped.</strong> This cannot be taken back.
            What is on its way is still settled. To stop for a while only, pause it instead.
          </p>
        </div>
        <form method="post" action={pathOf(name, '/cancel')} class="row">
          <button type="submit" class="danger">
            Cancel the campaign
          </button>
          <a class="button" href={pathOf(name)}>
            Leave it as it is
          </a>
        </form>
      </div>
    </Frame>
  );
};
