import type { FC } from 'hono/jsx';
import type { CampaignStatus } from '../../status';
import { labelOf } from '../badge';
import { Icon } from '../icons';
import { count } from '../words';

const KINDS = ['delivered', 'read', 'replied', 'delivery_failed'] as const;

/** What the platform told of the messages that it had accepted. */
export const Delivery: FC<{ status: CampaignStatus }> = ({ status: { delivery, counts } }) => {
  const silent = KINDS.every((kind) => delivery[kind] === 0);
  return (
    <section class="card" id="part-delivery" data-part="" aria-labelledby="delivery">
      <h2 id="delivery">What the platform told</h2>
      <dl class="tally">
        <dt>
          <Icon name="sent" />
          Sent
        </dt>
        <dd>{count(counts.sent)}</dd>
        {KINDS.map((kind) => (
          <>
            <dt>
              <Icon name={kind} />
              {labelOf(kind)}
            </dt>
            <dd>{count(delivery[kind])}</dd>
          </>
        ))}
      </dl>
      {silent && counts.sent > 0 ? (
        <p class="hint">
          Nothing yet of what became of them. Each message is counted once, where it is furthest.
        </p>
      ) : (
        <p class="hint">Each message is counted once, where it is furthest.</p>
      )}
    </section>
  );
};
